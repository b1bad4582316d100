"""Reads of imports and their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from counterfoil.core import db, errors, scope
from counterfoil.core.actor import Actor
from counterfoil.imports import states
from counterfoil.imports.models import Import, Row


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import, for lists and for the command line."""

    id: int
    public_id: str
    biller_id: int
    file_id: int
    file_name: str
    status: str
    as_of: date | None
    started_at: datetime
    accepted: int
    unchanged: int
    refused: int
    problem: str
    committed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one row of the file."""

    line: int
    number: str
    account_number: str
    total_minor: int | None
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class StagedInvoice:
    """One accepted row, with all that becomes of it."""

    id: int
    line: int
    number: str
    account_number: str
    issued_on: date
    due_on: date
    total_minor: int
    lines: list[list[Any]]
    is_disputed: bool
    settled_on: date | None
    memo: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StagedAccount:
    """One account that accepted rows are for, as the file describes it."""

    number: str
    holder_name: str
    payer_name: str
    payer_email: str


_ACCOUNT = ("account_number", "holder_name", "payer_name", "payer_email")


def get(*, actor: Actor, public_id: str) -> ImportRow:
    """Return one import.

    :raises errors.NotFound: the actor may see none of this id.
    """
    row = _visible(actor).filter(public_id=public_id).values_list(*ImportRow.__slots__).first()
    if row is None:
        raise errors.NotFound("import")
    return ImportRow(*row)


def list_for_biller(*, actor: Actor, biller_id: int, limit: int = 50) -> list[ImportRow]:
    """Return the newest imports of one biller."""
    rows = _visible(actor).filter(biller_id=biller_id).order_by("-id")
    return [ImportRow(*row) for row in rows.values_list(*ImportRow.__slots__)[:limit]]


def iterate_verdicts(*, actor: Actor, imported: ImportRow, chunk: int = 1_000) -> Iterator[Verdict]:
    """Yield every row of an import in the order of the file, a thousand at a time."""
    rows = Row.objects.filter(
        scope.visible(actor=actor, staff_permission="import"), imported_id=imported.id
    ).order_by("line")
    last = -1
    while True:
        found = list(rows.filter(line__gt=last).values_list(*Verdict.__slots__)[:chunk])
        if not found:
            return
        last = found[-1][0]
        yield from (Verdict(*row) for row in found)


def find_same(
    *, biller_id: int, file_id: int, mapping: dict[str, Any], as_of: date | None, statuses: tuple[str, ...]
) -> Import | None:
    """Return the newest import of the same bytes in the same way, in one of these states."""
    rows = Import.objects.filter(
        biller_id=biller_id, file_id=file_id, mapping=mapping, as_of=as_of, status__in=statuses
    )
    return rows.order_by("-id").first()


def lock(*, public_id: str) -> Import:
    """Lock one import for the length of the transaction, so that it is committed once.

    :raises errors.NotFound: there is none.
    """
    db.demand_transaction()
    row = Import.objects.filter(public_id=public_id).select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise errors.NotFound("import")
    return row


def list_staged(*, imported: Import, after_line: int, limit: int) -> list[StagedInvoice]:
    """Return the next accepted rows after a line, in the order of the file."""
    rows = Row.objects.filter(imported=imported, verdict=states.ACCEPTED, line__gt=after_line).order_by(
        "line"
    )
    return [StagedInvoice(*row) for row in rows.values_list(*StagedInvoice.__slots__)[:limit]]


def list_staged_numbers(*, imported: Import, after_line: int, limit: int) -> list[tuple[int, str]]:
    """Return line and number of the next accepted rows after a line, in the order of the file."""
    rows = Row.objects.filter(imported=imported, verdict=states.ACCEPTED, line__gt=after_line).order_by(
        "line"
    )
    return list(rows.values_list("line", "number")[:limit])


def list_staged_accounts(*, imported: Import) -> list[StagedAccount]:
    """Return the accounts that accepted rows are for, each once."""
    rows = Row.objects.filter(imported=imported, verdict=states.ACCEPTED).order_by("account_number", "line")
    return [StagedAccount(*row) for row in rows.distinct("account_number").values_list(*_ACCOUNT)]


def _visible(actor: Actor) -> QuerySet[Import]:
    return Import.objects.filter(scope.visible(actor=actor, staff_permission="import"))
