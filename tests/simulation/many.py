"""`make simulate SEEDS=n`: many seeds of each kind, several processes, and how to see again one that fails."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Any

import django
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.simulation import kinds

# The database is swept after so many seeds: statements that look at all billers stay quick.
SWEEP_AFTER = 200


@dataclass
class Tally:
    """What one process did."""

    seeds: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    reconciled: int = 0
    letters: int = 0
    again: int = 0
    payments: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[int, str]] = field(default_factory=list)


def main() -> int:
    """Run the seeds that the command line names; 1 when one of them failed."""
    asked = _arguments()
    began = time.monotonic()
    wanted = kinds.numbers(asked.kind, start=asked.start, count=asked.seeds)
    parts = [wanted[i :: asked.processes] for i in range(asked.processes)]
    context = multiprocessing.get_context("spawn")
    queue: Queue[Tally] = context.Queue()
    workers = [
        context.Process(target=_work, args=(i, part, asked.events, queue)) for i, part in enumerate(parts)
    ]
    for worker in workers:
        worker.start()
    total = _gather(queue, workers, asked.seeds, began)
    for worker in workers:
        worker.join()
    died = [worker.exitcode for worker in workers if worker.exitcode]
    _report(total, time.monotonic() - began)
    return 1 if total.failed or died or total.seeds < asked.seeds else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many, of all kinds together")
    parser.add_argument("--kind", default="all", choices=["all", *kinds.FIRST], help="what is played")
    parser.add_argument("--start", type=int, default=0, help="the first one, counted within its kind")
    parser.add_argument("--events", type=int, default=kinds.EVENTS, help="acts in each")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args()


def _gather(queue: Queue[Tally], workers: list[Any], wanted: int, began: float) -> Tally:
    total = Tally()
    while total.seeds < wanted:
        try:
            part = queue.get(timeout=5)
        except Empty:
            if not any(worker.is_alive() for worker in workers) and queue.empty():
                break
            continue
        total.seeds += part.seeds
        total.by_kind += part.by_kind
        total.crashes += part.crashes
        total.reconciled += part.reconciled
        total.letters += part.letters
        total.again += part.again
        total.payments += part.payments
        total.failed += part.failed
        for seed, story in part.failed:
            print(f"\n{story}\n", flush=True)
            kind = kinds.of(seed)
            again = f"--kind {kind} --start {seed - kinds.FIRST[kind]} --seeds 1"
            print(f"seed {seed} failed; again: ARGS='{again}'. Keep it in kept_seeds.txt", flush=True)
        spent = time.monotonic() - began
        print(f"\r{total.seeds}/{wanted} seeds, {spent / total.seeds:.2f} s each ", end="", flush=True)
    print()
    return total


def _report(total: Tally, seconds: float) -> None:
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(total.payments.items()))
    played = ", ".join(f"{count} {kind}" for kind, count in total.by_kind.items())
    print(f"{total.seeds} seeds ({played}) in {seconds:.0f} s: {total.crashes} crashes")
    print(f"payments: {statuses or 'none'}")
    print(f"letters: {total.letters} taken, {total.again} of them once more after a crash")
    print(
        f"{len(total.failed)} seeds violated an invariant"
        + (f": {', '.join(str(seed) for seed, _ in total.failed)}" if total.failed else "")
        + f"; reconcile clean over {total.reconciled} of {total.seeds} billers"
    )


def _work(number: int, seeds: list[int], events: int, queue: Queue[Tally]) -> None:
    with _prepared(number) as (base_store, database):
        from counterfoil.core.actor import WORKER  # noqa: PLC0415 - Django has to be set up first
        from counterfoil.flows.audit import verify  # noqa: PLC0415
        from tests import database as databases, garbage  # noqa: PLC0415
        from tests.simulation import invariants, seeds as playing  # noqa: PLC0415

        garbage.leave_what_is_loaded()
        before = None
        for count, seed in enumerate(seeds, start=1):
            tally = Tally(seeds=1, by_kind=Counter([kinds.of(seed)]))
            try:
                made = playing.run(seed, base_store, events=events)
                playing.demand_walls(made, before)
                before = made
                tally.crashes, tally.reconciled = made.crashes, 1
                tally.letters, tally.again = made.post.taken.total(), made.post.again
                tally.payments.update(payment.status for payment in invariants.seen(made))
                if count % SWEEP_AFTER == 0 or count == len(seeds):
                    verdict = verify.run(actor=WORKER, now=made.now)
                    if verdict.pending or not verdict.is_sound:
                        tally.failed.append((seed, f"seed {seed}: the audit log does not verify: {verdict}"))
                    databases.sweep(database)
            except playing.Violated as violated:
                tally.failed.append((seed, str(violated)))
            queue.put(tally)


@contextmanager
def _prepared(number: int) -> Iterator[tuple[Any, Any]]:
    """Set Django up with databases of this process's own; drop them at the end."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415

    from counterfoil.core import keyring  # noqa: PLC0415
    from tests import database as databases  # noqa: PLC0415
    from tests.factories import sandbox as sandboxes  # noqa: PLC0415

    database = databases.from_environment(worker=f"sim{number}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keys.json"
        keyring.new(path, installation="demo", made_at=datetime.now(UTC))
        settings.COUNTERFOIL_KEYS_FILE = str(path)
        databases.create(database, keep=False)
        try:
            with _sandbox_database(database) as url:
                base_store = sandboxes.prepared_store(url, size=2)
                yield base_store, database
                base_store.close()
        finally:
            databases.drop(database)


@contextmanager
def _sandbox_database(database: Any) -> Iterator[str]:
    given = os.environ.get("SANDBOX_DATABASE_URL")
    role: dict[str, Any] = dict(conninfo_to_dict(given)) if given else database.owner
    name = f"{database.name}_sandbox"
    with psycopg.connect(make_conninfo("", **{**role, "dbname": "postgres"}), autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield make_conninfo("", **{**role, "dbname": name})
        connection.execute(drop)
