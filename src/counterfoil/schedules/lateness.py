"""When a bill is overdue, with the day on which autopay or its biller takes it counted (product.md 3). Pure.

Where autopay cannot tell in time it takes the money on a later day, and says that the bill is not overdue until then.
So it is with what the biller collects on its own day, once that was told of.
Every page, sheet and list that names a bill overdue asks here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from counterfoil.invoices.rows import InvoiceRow
from counterfoil.schedules import states
from counterfoil.schedules.rows import ScheduledSum


def due_on(*, invoice: InvoiceRow, later: Iterable[ScheduledSum]) -> date:
    """Return the day an invoice is due: its own, or the later one on which it takes all that is left.

    `later` is what is set for later, of this and of other invoices; what its payer set keeps the due date.
    """
    taken = [
        (each.run_on, minor)
        for each in later
        if each.origin in states.ANNOUNCED
        for ref, minor in each.amounts
        if ref == invoice.public_id
    ]
    if not taken or sum(minor for _, minor in taken) < invoice.payable_minor:
        return invoice.due_on
    return max(invoice.due_on, *(day for day, _ in taken))


def shown_status(*, invoice: InvoiceRow, today: date, later: Iterable[ScheduledSum]) -> str:
    """Return the status of an invoice in words, as `InvoiceRow.shown_status` does."""
    return replace(invoice, due_on=due_on(invoice=invoice, later=later)).shown_status(today)


def next_due_on(*, invoices: Iterable[InvoiceRow], later: Iterable[ScheduledSum]) -> date | None:
    """Return when something is due next; None where nothing is left to pay, or all of it is on its way."""
    known = tuple(later)
    return min((due_on(invoice=row, later=known) for row in invoices if row.payable_minor > 0), default=None)
