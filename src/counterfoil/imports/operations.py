"""Writes to imports and their rows: pieces come in by COPY, judging is one statement a rule."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from counterfoil.core import db, errors, ids
from counterfoil.core.actor import Actor
from counterfoil.imports import states
from counterfoil.imports.models import Import, Row
from counterfoil.imports.parse import Draft

_COLUMNS = (
    "biller_id", "import_id", "line", "number", "account_number", "holder_name", "payer_name", "payer_email",
    "issued_on", "due_on", "total_minor", "lines", "is_disputed", "settled_on", "memo", "fingerprint", "verdict",
    "reason",
)  # fmt: skip
_COPY = f"COPY imports_row ({', '.join(_COLUMNS)}) FROM STDIN"

_TWICE_IN_FILE = """
UPDATE imports_row SET verdict = 'refused', reason = 'duplicate number: it is also in line ' || twice.first
FROM (SELECT id, first_value(line) OVER same AS first, row_number() OVER same AS nth
      FROM imports_row WHERE import_id = %(import)s AND number <> ''
      WINDOW same AS (PARTITION BY number ORDER BY line)) AS twice
WHERE imports_row.id = twice.id AND twice.nth > 1 AND imports_row.verdict = 'accepted'
"""
_TWO_NAMES = """
UPDATE imports_row SET verdict = 'refused', reason = 'the account has another name or payer in line ' || other.line
FROM (SELECT DISTINCT ON (account_number) account_number, line, holder_name, payer_name, payer_email
      FROM imports_row WHERE import_id = %(import)s AND verdict = 'accepted'
      ORDER BY account_number, line) AS other
WHERE imports_row.import_id = %(import)s AND imports_row.verdict = 'accepted'
  AND imports_row.account_number = other.account_number
  AND (imports_row.holder_name, imports_row.payer_name, imports_row.payer_email)
      <> (other.holder_name, other.payer_name, other.payer_email)
"""
_SAME_AGAIN = """
UPDATE imports_row SET verdict = 'unchanged', reason = 'imported before with the same content'
FROM imports_row AS before JOIN imports_import AS earlier ON earlier.id = before.import_id
WHERE imports_row.import_id = %(import)s AND imports_row.verdict = 'accepted'
  AND before.biller_id = imports_row.biller_id AND before.number = imports_row.number
  AND before.fingerprint = imports_row.fingerprint
  AND before.verdict = 'accepted' AND earlier.status = 'committed'
"""
_COUNT = """
SELECT count(*) FILTER (WHERE verdict = 'accepted'), count(*) FILTER (WHERE verdict = 'unchanged'),
       count(*) FILTER (WHERE verdict = 'refused')
FROM imports_row WHERE import_id = %(import)s
"""


@dataclass(frozen=True, slots=True)
class NewImport:
    """What an import begins with."""

    biller_id: int
    file_id: int
    file_name: str
    mapping: dict[str, Any]
    as_of: date | None


def start(*, actor: Actor, new: NewImport, now: datetime) -> Import:
    """Insert an import that is about to be read."""
    db.demand_transaction()
    return Import.objects.create(
        public_id=ids.new("import"),
        biller_id=new.biller_id,
        file_id=new.file_id,
        file_name=new.file_name[:200],
        mapping=new.mapping,
        as_of=new.as_of,
        status=states.READING,
        started_at=now,
        started_by_ref=actor.ref,
    )


def stage(*, imported: Import, drafts: Sequence[Draft]) -> None:
    """Copy one piece of the file into the staging table, and remember how far it goes."""
    db.demand_transaction()
    if not drafts:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for draft in drafts:
            copy.write_row(_cells(imported, draft))
    imported.read_to_line = drafts[-1].line
    imported.save(update_fields=["read_to_line"])


def judge(*, imported: Import, now: datetime) -> None:
    """Judge all rows against each other and against what was imported before; count the verdicts.

    Judging again is safe: a row that was imported meanwhile becomes unchanged.
    """
    for statement in (_SAME_AGAIN, _TWICE_IN_FILE, _TWO_NAMES):
        _run(imported, statement)
    count(imported=imported, now=now)


def count(*, imported: Import, now: datetime) -> None:
    """Count the verdicts; the import is checked as of `now`."""
    db.demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"import": imported.pk})
        imported.accepted, imported.unchanged, imported.refused = cursor.fetchone()
    if imported.status == states.READING:
        _transition(imported, states.CHECKED)
    imported.checked_at = now
    imported.save(update_fields=["accepted", "unchanged", "refused", "status", "checked_at"])


def refuse_numbers(*, imported: Import, numbers: Collection[str], reason: str) -> None:
    """Refuse the accepted rows with these invoice numbers."""
    db.demand_transaction()
    if numbers:
        Row.objects.filter(
            imported=imported, verdict=states.ACCEPTED, biller_id=imported.biller_id, number__in=numbers
        ).update(verdict=states.REFUSED, reason=reason)


def refuse_accounts(*, imported: Import, account_numbers: Collection[str], reason: str) -> None:
    """Refuse the accepted rows for these accounts."""
    db.demand_transaction()
    if account_numbers:
        Row.objects.filter(
            imported=imported, verdict=states.ACCEPTED, account_number__in=account_numbers
        ).update(verdict=states.REFUSED, reason=reason)


def discard(*, imported: Import) -> None:
    """Delete an import that was never committed, with its rows."""
    db.demand_transaction()
    if imported.status == states.COMMITTED:
        raise errors.Refused(_("What was imported is kept."))
    imported.delete()


def take_statistics() -> None:
    """Give the planner figures of the tables an import fills, while they are small: once, after the first chunk."""
    db.demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT imports_take_statistics()")


def mark_broken(*, imported: Import, problem: str) -> None:
    """Note that the file cannot be read at all; what was staged of it goes."""
    db.demand_transaction()
    Row.objects.filter(imported=imported).delete()
    _transition(imported, states.BROKEN)
    imported.problem = problem[:300]
    imported.save(update_fields=["status", "problem"])


def mark_committed(*, imported: Import, now: datetime) -> None:
    """Note that every accepted row is an invoice now."""
    db.demand_transaction()
    _transition(imported, states.COMMITTED)
    imported.committed_at = now
    imported.save(update_fields=["status", "committed_at"])


def _cells(imported: Import, draft: Draft) -> tuple[Any, ...]:
    is_refused = bool(draft.reason)
    return (
        imported.biller_id, imported.pk, draft.line, draft.number, draft.account, draft.holder_name,
        draft.payer_name, draft.payer_email, draft.issued_on, draft.due_on, draft.total_minor,
        json.dumps(draft.lines), draft.is_disputed, draft.settled_on, draft.memo,
        "" if is_refused else draft.fingerprint, states.REFUSED if is_refused else states.ACCEPTED,
        draft.reason[:300],
    )  # fmt: skip


def _run(imported: Import, statement: str) -> None:
    db.demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"import": imported.pk})


def _transition(imported: Import, new: str) -> None:
    states.IMPORT.event(imported.status, new)
    imported.status = new
