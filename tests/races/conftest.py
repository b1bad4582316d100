"""Two connections to the real database, and a moment at which both stand at the same place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from counterfoil.core import failpoints, http
from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes
from tests.factories.world import World

Act = Callable[[], Any]


@pytest.fixture(scope="session")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    """Open the sandbox's own database, for several threads."""
    opened = sandboxes.prepared_store(sandbox_database_url, size=8)
    yield opened
    opened.close()


@pytest.fixture
def world(transactional_db: None, base_store: store.Store) -> Iterator[World]:
    """Return a biller at a sandbox merchant of its own; what is done to it is committed."""
    http.forget()
    made = World(sandboxes.practice(base_store))
    yield made
    client.mount(base_url=made.sandbox.base_url, transport=None)


class Race:
    """Runs acts side by side, each on a connection of its own."""

    def __call__(self, *acts: Act, meet_at: str = "") -> list[Any]:
        """Return what each act returned, or the exception it ended in, in the order given.

        All begin at once; with `meet_at` each also waits at its first reaching of that failpoint until the others
        are there, or for a moment, where a lock keeps them away.
        """
        begin, meet = threading.Barrier(len(acts)), threading.Barrier(len(acts))
        met = threading.local()

        def reached(place: str) -> None:
            if place == meet_at and not getattr(met, "once", False):
                met.once = True
                try:
                    meet.wait(timeout=0.4)
                except threading.BrokenBarrierError:
                    return

        def one(act: Act) -> Any:
            begin.wait(timeout=10)
            return _ended(act)

        with failpoints.attached(reached), ThreadPoolExecutor(len(acts)) as pool:
            return [future.result(timeout=60) for future in [pool.submit(one, act) for act in acts]]

    def crossing(self, *acts: Act, at: tuple[str, str], ends_first: int | None) -> list[Any]:
        """Return what two acts returned, or the exceptions they ended in, that were both half done at one moment.

        The second begins when the first stands at its place; when it stands at its own, the one that `ends_first`
        (0 or 1) goes on to its end, and the other after it. None: both go on at once, and are let commit at once where
        no lock keeps one away.
        """
        there, over = (threading.Event(), threading.Event()), (threading.Event(), threading.Event())
        me, met, door = threading.local(), set[int](), threading.Barrier(2)

        def reached(place: str) -> None:
            number = getattr(me, "number", None)
            if number in met and ends_first is None and place == "commit.before":
                with suppress(threading.BrokenBarrierError):
                    door.wait(timeout=0.4)
            if number is None or place != at[number] or there[number].is_set():
                return
            met.add(number)
            there[number].set()
            there[1].wait(timeout=10)
            if ends_first not in {None, number}:
                over[1 - number].wait(timeout=10)

        def one(number: int) -> Any:
            me.number = number
            if number == 1:
                there[0].wait(timeout=10)
            try:
                return _ended(acts[number])
            finally:
                there[number].set()
                over[number].set()

        with failpoints.attached(reached), ThreadPoolExecutor(2) as pool:
            ended = [future.result(timeout=60) for future in [pool.submit(one, number) for number in (0, 1)]]
        assert met == {0, 1}, f"only {met} came to {at}: {ended}"
        return ended


def _ended(act: Act) -> Any:
    """Do an act on a connection of this thread's own; what it ended in is the result."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001
        return error
    finally:
        connection.close()


@pytest.fixture
def race() -> Race:
    """Return what runs acts side by side."""
    return Race()
