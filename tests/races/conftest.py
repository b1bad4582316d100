"""Two connections to the real database, and a moment at which both stand at the same place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
            try:
                return act()
            except Exception as error:  # noqa: BLE001 - what it ended in is the result
                return error
            finally:
                connection.close()

        with failpoints.attached(reached), ThreadPoolExecutor(len(acts)) as pool:
            return [future.result(timeout=60) for future in [pool.submit(one, act) for act in acts]]


@pytest.fixture
def race() -> Race:
    """Return what runs acts side by side."""
    return Race()
