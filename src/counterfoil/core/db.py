"""Transactions, row locks in one order, and the database's own walls.

Only flows open transactions. Locks are taken coarse to fine, ascending id within a kind, one statement a kind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from django.db import OperationalError, connection, models, transaction as django_transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.utils.translation import gettext as _

from counterfoil.core import arrays, errors, failpoints

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)

LOCK_ORDER: Final = (
    "account", "invoice", "plan", "installment", "payment", "refund", "method", "deposit", "enrollment", "scheduled",
)  # fmt: skip
RETRIES: Final = 3
DEADLOCK, SERIALIZATION = "40P01", "40001"
LOCK_NOT_AVAILABLE: Final = "55P03"


class LockOrder(errors.CounterfoilError):
    """A coarser row was locked after a finer one; two such flows would deadlock."""

    code = "lock_order"


class InsideTransaction(errors.CounterfoilError):
    """An outside call, or a new flow, was begun while a transaction was open."""

    code = "inside_transaction"


class Busy(errors.Refused):
    """Somebody else holds the rows; the wait ran out."""

    code = "busy"


class _Held(threading.local):
    def __init__(self) -> None:
        self.open = False
        self.ids: dict[str, set[int]] = {}


_held = _Held()


@contextmanager
def transaction() -> Iterator[None]:
    """Open the one transaction of a flow; never nested.

    :raises Busy: a row lock was not to be had in time.
    """
    if _held.open:
        raise InsideTransaction("a flow opened a transaction inside another one")
    _held.open, _held.ids = True, {}
    try:
        with django_transaction.atomic(durable=True):
            yield
            failpoints.reach("commit.before")
    except OperationalError as error:
        if _sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise Busy(_("Someone is paying this right now. Please try again in a moment.")) from error
        raise
    finally:
        _held.open, _held.ids = False, {}
    failpoints.reach("commit.after")


def in_transaction(work: Callable[[], T]) -> T:
    """Run `work` in a transaction; again, at most three times, when the database chose it as deadlock victim.

    Safe to repeat because no outside call can be inside.
    """
    for left in reversed(range(RETRIES)):
        try:
            with transaction():
                return work()
        except OperationalError as error:
            if not left or _sqlstate(error) not in {DEADLOCK, SERIALIZATION}:
                raise
    raise AssertionError("unreachable")


@contextmanager
def reading() -> Iterator[None]:
    """Open a read-only transaction with one snapshot, for reports and checks."""
    if _held.open:
        raise InsideTransaction("a report was begun inside a flow")
    with django_transaction.atomic():
        # A snapshot can only be asked for by the outermost block; what is inside one shares its snapshot.
        is_outermost = len(connection.atomic_blocks) == 1
        with connection.cursor() as cursor:
            cursor.execute(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                if is_outermost
                else "SET TRANSACTION READ ONLY"
            )
        yield


@contextmanager
def savepoint() -> Iterator[None]:
    """Open a savepoint inside a flow's transaction, for a statement that may fail and be forgiven."""
    demand_transaction()
    with django_transaction.atomic():
        yield


def demand_transaction() -> None:
    """Refuse to write outside a flow's transaction.

    :raises InsideTransaction: none is open.
    """
    if not _held.open:
        raise InsideTransaction("this must run inside a flow's transaction")


def demand_outside_transaction() -> None:
    """Refuse to call out while a transaction is open; a test case's own block does not count.

    :raises InsideTransaction: one is open.
    """
    blocks = getattr(connection, "atomic_blocks", [])
    if any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise InsideTransaction("no outside call inside a transaction")


def lock_rows(rows: models.QuerySet[M], *, kind: str, ids: Collection[int]) -> list[M]:
    """Lock the rows with these ids and return them fresh, in ascending id.

    :raises LockOrder: a finer kind is already locked in this transaction.
    """
    demand_transaction()
    rank = LOCK_ORDER.index(kind)
    wanted = set(ids)
    already = _held.ids.get(kind, set())
    finer = [name for name in _held.ids if LOCK_ORDER.index(name) > rank]
    if wanted - already and (finer or already):
        raise LockOrder(f"{kind} locked after {', '.join(finer or [kind])}")
    _held.ids[kind] = already | wanted
    if not wanted:
        return []
    return list(rows.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True, of=("self",)))


def _sqlstate(error: BaseException) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


class CompositeKey(Operation):
    """A foreign key that carries the biller, so that no row can point across billers."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, *, table: str, column: str, parent: str) -> None:
        self.table, self.column, self.parent = table, column, parent

    @property
    def name(self) -> str:
        """The constraint's name."""
        return f"{self.table}_{self.column}_wall"[:63]

    def state_forwards(self, app_label: str, state: Any) -> None:
        return

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} "
            f"FOREIGN KEY (biller_id, {self.column}) REFERENCES {self.parent} (biller_id, id)"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}")

    def describe(self) -> str:
        return f"Wall between billers: {self.table}.{self.column} -> {self.parent}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (
            self.__class__.__qualname__,
            [],
            {"table": self.table, "column": self.column, "parent": self.parent},
        )


def select(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of one statement written by hand, for the few reads that are part of every page.

    Names come from our own code, never from input; JSON comes as text.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def columns(names: Sequence[str], *, of: str) -> str:
    """Return the columns that `values_list` would take these names for, from the table or alias `of`.

    `biller__name` is `name` of what the statement joins as `biller`. Names come from our own code, never from input.
    """
    return ", ".join(".".join(name.split("__")) if "__" in name else f"{of}.{name}" for name in names)


def insert_many(
    table: str,
    columns: dict[str, tuple[str, list[Any]]],
    *,
    returning: str = "",
    skips_known: bool = False,
) -> list[tuple[Any, ...]]:
    """Insert rows given column by column, in one statement, and return what `returning` names, in row order.

    With `skips_known` a row that a unique key knows already is left out, and not returned either.

    `columns` maps a column to its PostgreSQL type and its values. Names come from our own code, never from input.
    """
    demand_transaction()
    rows = [values for _, values in columns.values()]
    if not rows or not rows[0]:
        return []
    names = ", ".join(columns)
    casts = ", ".join(f"%s::{kind}[]" for kind, _ in columns.values())
    sql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({casts})"  # noqa: S608 - our own names
    sql += " ON CONFLICT DO NOTHING" if skips_known else ""
    with connection.cursor() as cursor:
        cursor.execute(sql + (f" RETURNING {returning}" if returning else ""), [*map(arrays.literal, rows)])
        return list(cursor.fetchall()) if returning else []


def update_many(table: str, columns: dict[str, tuple[str, list[Any]]]) -> int:
    """Update rows by `id`, given column by column (`id` among them), in one statement; return how many."""
    demand_transaction()
    rows = [values for _, values in columns.values()]
    if not rows or not rows[0]:
        return 0
    names = ", ".join(columns)
    casts = ", ".join(f"%s::{kind}[]" for kind, _ in columns.values())
    sets = ", ".join(f"{name} = fresh.{name}" for name in columns if name != "id")
    sql = (
        f"UPDATE {table} SET {sets} FROM (SELECT * FROM unnest({casts})) AS fresh({names}) "  # noqa: S608
        f"WHERE {table}.id = fresh.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*map(arrays.literal, rows)])
        return int(cursor.rowcount)
