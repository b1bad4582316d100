"""Paying now what is already set for later: what is found, and what becomes of it (product.md 7).

The payment comes first and the cancellation after it, once the payment is through. A crash between the two leaves
both; the scheduled one then never takes more than is still outstanding, and the same address cancels it when it is
opened again. A payment that is declined, or not yet confirmed, cancels nothing, and the page says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.utils.translation import gettext as _

from counterfoil.core import errors
from counterfoil.core.actor import Actor
from counterfoil.flows.schedules import access, cancel
from counterfoil.payments import queries as payment_queries, states
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import ScheduledRow
from counterfoil.ui import formats
from counterfoil.ui.requests import Request

THROUGH: Final = frozenset({states.PENDING, states.SETTLED})


def list_set(actor: Actor, invoice_refs: Sequence[str]) -> list[ScheduledRow]:
    """Return what is set for later for these invoices, by day, each once."""
    found = schedule_queries.list_for_invoices(actor=actor, invoice_refs=invoice_refs) if invoice_refs else {}
    by_ref = {row.public_id: row for rows in found.values() for row in rows}
    return sorted(by_ref.values(), key=lambda row: (row.run_on, row.id))


def list_staying(actor: Actor, found: Sequence[ScheduledRow], *, now: datetime) -> list[ScheduledRow]:
    """Return those that this login cannot cancel: past their time, or the user profile does not allow it."""
    return [
        row
        for row in found
        if not row.can_change(now)
        or not actor.may_as_payer(access.permission_for(origin=row.origin), payer_id=row.payer_id)
    ]


def run(request: Request, *, now: datetime, cancels: Collection[str], payment_ref: str = "") -> None:
    """Cancel what a payment, or another scheduled one, stands for; the next page says what was done and what not."""
    if not cancels:
        return
    is_through = not payment_ref or (
        payment_queries.get(actor=request.actor, public_id=payment_ref).status in THROUGH
    )
    for ref in cancels:
        row = schedule_queries.get_scheduled(actor=request.actor, public_id=ref)
        if row.is_open:
            _cancel(request, row, now=now, is_through=is_through)


def _cancel(request: Request, row: ScheduledRow, *, now: datetime, is_through: bool) -> None:
    named = {
        "amount": formats.money(row.total_minor, currency=row.currency),
        "day": formats.day(row.run_on, long=False),
    }
    if not is_through:
        messages.warning(
            request, _("The payment of %(amount)s set for %(day)s stays: this one is not through.") % named
        )
        return
    try:
        cancel.run(actor=request.actor, now=now, ref=row.public_id)
    except errors.Stale as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("The payment of %(amount)s set for %(day)s is canceled.") % named)
