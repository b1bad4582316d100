"""What PostgreSQL alone can do on this machine, without a line of the product's Python."""

from __future__ import annotations

import secrets
import statistics
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.ground import Ground

HERE = Path(__file__).parent
DATABASE = "bench_floor"
CLIENTS = (1, 2, 8, 32)
BATCH = 1_000


def prepare(ground: Ground) -> None:
    """Make the floors' tables anew."""
    ground.create(DATABASE)
    with ground.owner(DATABASE) as connection:
        for name in ("commit_schema", "lean_schema"):
            connection.execute((HERE / f"{name}.sql").read_bytes())


def commits(ground: Ground, *, clients: int, seconds: float) -> float:
    """Return durable single-row commits a second."""
    return ground.pgbench(HERE / "commit.sql", DATABASE, clients=clients, seconds=seconds)


def payments(ground: Ground, *, clients: int, seconds: float) -> float:
    """Return recorded payments a second, raw SQL, one transaction each, without foreign keys and triggers."""
    return ground.pgbench(HERE / "one_payment.sql", DATABASE, clients=clients, seconds=seconds)


def lean_bulk(ground: Ground, *, batches: int) -> float:
    """Return payments a second, a thousand a statement, without foreign keys and triggers."""
    with ground.owner(DATABASE) as connection:
        took = []
        for number in range(batches):
            ids = list(range(number * BATCH + 1, (number + 1) * BATCH + 1))
            values = _values(ids) | {"amounts": [1_250] * BATCH}
            took.append(_timed(connection, "lean_bulk", values))
        found = connection.execute("SELECT sum(amount_minor) FROM lean.line").fetchone()
        if found is None or found[0] != 0:
            raise RuntimeError("the floor's own ledger does not sum to zero")
    return BATCH / statistics.median(took)


def real_bulk(ground: Ground, database: str, *, batches: int) -> float:
    """Return payments a second, a thousand a statement, in the product's own tables; `database` is used up."""
    with ground.owner(database) as connection:
        rows = connection.execute(
            "SELECT id FROM invoices_invoice WHERE status = 'open' AND pending_minor = 0 ORDER BY id LIMIT %s",
            [batches * BATCH],
        ).fetchall()
        ids = [row[0] for row in rows]
        took = []
        for start in range(0, len(ids) - BATCH + 1, BATCH):
            values = _values(ids[start : start + BATCH])
            values["numbers"] = [f"F{secrets.token_hex(6)}" for _ in range(BATCH)]
            took.append(_timed(connection, "real_bulk", values))
    return BATCH / statistics.median(took)


def _values(ids: list[int]) -> dict[str, Any]:
    return {
        "invoices": ids,
        "keys": [secrets.token_hex(12) for _ in ids],
        "refs": [f"pay_{secrets.token_hex(10)}" for _ in ids],
    }


def _timed(connection: psycopg.Connection[Any], name: str, values: dict[str, Any]) -> float:
    """Run one statement in autocommit: when it returns, it is on the disk."""
    statement = (HERE / f"{name}.sql").read_text()
    statement = "\n".join(line for line in statement.splitlines() if not line.startswith("--"))
    began = time.perf_counter()
    connection.execute(statement, values, prepare=False)
    return time.perf_counter() - began
