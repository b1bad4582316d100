"""The books that are measured on: made set-based, kept between runs, each size in a database of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.ground import CHECKOUT, Ground, digest

HERE = Path(__file__).parent
MONTHS, PAID_MONTHS, MONTHS_PER_PAYMENT = 24, 18, 3
HEAVY = 3_000
HEAVY_FROM = 10_000
SIZES = (1_000, 50_000, 1_000_000)

Say = Callable[[str], None]
Connect = Callable[[], psycopg.Connection[Any]]


@dataclass(frozen=True, slots=True)
class Books:
    """One size: a biller whose ordinary payers have an invoice for each of 24 months, three quarters of them paid."""

    invoices: int

    @property
    def database(self) -> str:
        """Where they are kept."""
        return f"bench_{self.invoices}"

    @property
    def heavy(self) -> int:
        """How many invoices the heavy payer has; none where that would be all of them."""
        return HEAVY if self.invoices >= HEAVY_FROM else 0

    @property
    def ordinary(self) -> int:
        """How many payers have 24 invoices."""
        return (self.invoices - self.heavy) // MONTHS

    @property
    def rest(self) -> int:
        """What is left to the round number: of one more payer."""
        return self.invoices - self.heavy - self.ordinary * MONTHS

    @property
    def heavy_payer(self) -> int | None:
        """The heavy payer's id."""
        return self.ordinary + 1 if self.heavy else None


def prepare(ground: Ground, books: Books, *, say: Say) -> float | None:
    """Make these books unless they are there, made by the same code; return the seconds it took."""
    stamp = digest(
        *(CHECKOUT / "src" / "counterfoil").rglob("migrations/*.py"),
        *(CHECKOUT / "src" / "counterfoil").rglob("*.sql"),
        *(HERE / "sql").glob("*.sql"),
        HERE / "data.py",
        HERE / "inside" / "people.py",
    )
    note = ground.state / f"{books.database}.json"
    if note.exists() and ground.has(books.database):
        kept = json.loads(note.read_text())
        if kept["stamp"] == stamp:
            return float(kept["seconds"])
    note.unlink(missing_ok=True)
    say(f"making {books.invoices:,} invoices (kept for the next run) ...")
    began = time.perf_counter()
    ground.create(books.database)
    ground.run(["migrate", "--verbosity", "0"], books.database)
    biller_id = ground.inside("biller", books.database)
    fill(lambda: ground.owner(books.database), books, biller_id=biller_id)
    ground.inside("people", books.database, ordinary=books.ordinary, heavy=books.heavy_payer)
    with ground.owner(books.database) as connection:
        connection.execute("VACUUM ANALYZE")
    with ground.superuser() as connection:
        connection.execute("CHECKPOINT")
    seconds = time.perf_counter() - began
    findings = ground.inside("verify", books.database)
    if findings:
        raise RuntimeError(f"the books of {books.invoices:,} invoices do not hold: {findings}")
    note.write_text(json.dumps({"stamp": stamp, "seconds": seconds}))
    return seconds


def fill(connect: Connect, books: Books, *, biller_id: int) -> None:
    """Insert everything as the owner, two quarters side by side; every constraint and trigger is on."""
    # The last payer is the one of the rest; the heavy one keeps its place also where it has none.
    payers = books.ordinary + 2
    with connect() as connection:
        values = {"biller": biller_id, "payers": payers, "now": datetime(2024, 11, 1, tzinfo=UTC)}
        _run(connection, "people", values)
        connection.execute("ANALYZE")
    with ThreadPoolExecutor(max_workers=2) as pool:
        quarters = range(MONTHS // MONTHS_PER_PAYMENT)
        list(
            pool.map(lambda quarter: _quarter(connect, books, quarter=quarter, biller_id=biller_id), quarters)
        )
    with connect() as connection:
        _advance_sequences(connection)


def _quarter(connect: Connect, books: Books, *, quarter: int, biller_id: int) -> None:
    each = books.ordinary + books.heavy // MONTHS
    first = quarter * MONTHS_PER_PAYMENT
    last = first + MONTHS_PER_PAYMENT - 1
    with connect() as connection:
        for month in range(first, last + 1):
            values = {
                "biller": biller_id,
                "before": month * each,
                "ordinary": books.ordinary,
                "heavy_each": books.heavy // MONTHS,
                "rest": books.rest if month == MONTHS - 1 else 0,
                "issued": _day(month, 1),
                "paid": month < PAID_MONTHS,
                "paid_on": _day(last, 28),
            }
            _run(connection, "month", values | {"until": values["before"] + each + values["rest"]})
        if last < PAID_MONTHS:
            values = {
                "biller": biller_id,
                "before": quarter * (books.ordinary + 2),
                "until": (quarter + 1) * (books.ordinary + 2),
                "first": first * each,
                "last": (last + 1) * each,
                "invoices": books.invoices,
                "paid_on": _day(last, 28),
            }
            _run(connection, "quarter", values)


def _day(month: int, day: int) -> date:
    """Return a day of the month so many after December 2024."""
    return date(2024 + (11 + month) // 12, (11 + month) % 12 + 1, day)


def _run(connection: psycopg.Connection[Any], name: str, values: dict[str, Any]) -> None:
    text = (HERE / "sql" / f"{name}.sql").read_text()
    statements = [part for part in text.split(";\n") if "INSERT" in part]
    # A client's own binding: a prepared statement would be planned without knowing how much it is about.
    with connection.transaction(), psycopg.ClientCursor(connection) as cursor:
        for statement in statements:
            cursor.execute(statement, values)


def _advance_sequences(connection: psycopg.Connection[Any]) -> None:
    """Let identities go on after the ids that were given."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND is_identity = 'YES'"
    ).fetchall()
    for table, column in rows:
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"
            f" coalesce((SELECT max({column}) FROM {table}), 1),"
            f" EXISTS (SELECT FROM {table}))"
        )
