"""What autopay takes on a later day, read for the pages of the desk that say which invoices are overdue."""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.desk.desk import Desk
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.schedules import lateness, queries as schedule_queries
from counterfoil.schedules.rows import ScheduledSum


def later(desk: Desk, rows: Iterable[InvoiceRow]) -> tuple[ScheduledSum, ...]:
    """Return what autopay takes later of those past their due date; one query, and none where nothing is."""
    late = {row.account_id for row in rows if row.payable_minor > 0 and row.due_on < desk.today}
    return schedule_queries.list_autopay(actor=desk.actor, account_ids=late) if late else ()


def moved_ids(desk: Desk) -> frozenset[int]:
    """Return the invoices past their due date that are not overdue: autopay takes what is left of them."""
    ids = schedule_queries.list_moved_ids(actor=desk.actor, today=desk.today)
    rows = invoice_queries.list_by_ids(actor=desk.actor, invoice_ids=ids) if ids else []
    known = later(desk, rows)
    return frozenset(row.id for row in rows if lateness.due_on(invoice=row, later=known) >= desk.today)
