"""A scheduled payment is called off: by its payer until the cut-off, by staff until it is sent (RE-04)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.flows.schedules import access
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.queries import Scheduled

BY_PAYER, BY_STAFF = "payer", "staff"


def run(*, actor: Actor, now: datetime, ref: str) -> None:
    """Cancel it, with a notice; one that is canceled already stays so. What it was for stays owed.

    :raises errors.Stale: it is past its cut-off, or was sent already; the message says whom to call.
    :raises errors.NotFound: not this actor's.
    """
    seen = schedule_queries.get_scheduled(actor=actor, public_id=ref)
    access.demand(actor=actor, payer_id=seen.payer_id, biller_id=seen.biller_id, origin=seen.origin)
    db.in_transaction(lambda: _cancel(actor, now, seen.id))


def _cancel(actor: Actor, now: datetime, scheduled_id: int) -> None:
    [row] = schedule_queries.lock_scheduled(scheduled_ids=[scheduled_id])
    if row.status in {states.CANCELED, states.SKIPPED}:
        return
    demand_in_time(actor=actor, now=now, row=row)
    reason = BY_STAFF if access.is_late_allowed(actor=actor) else BY_PAYER
    event = schedule_operations.transition(scheduled=row, to=states.CANCELED, now=now, reason=reason)
    schedule_operations.save_scheduled(rows=[row])
    audit_operations.record(
        actor=actor, biller_id=row.biller_id, action=event, object_ref=row.public_id,
        details={"reason": reason}, now=now,
    )  # fmt: skip
    schedule_notices.queue(now=now, key="scheduled_canceled", scheduled_ids=[row.pk])


def demand_in_time(*, actor: Actor, now: datetime, row: Scheduled) -> None:
    """Refuse where it is too late to change or cancel it.

    :raises errors.Stale: it is.
    """
    phone = biller_queries.get(biller_id=row.biller_id).phone
    if row.status != states.SCHEDULED:
        raise errors.Stale(
            _("This payment is being sent already. Call %(phone)s if it must not be made.") % {"phone": phone}
        )
    if now >= row.cutoff_at and not access.is_late_allowed(actor=actor):
        raise errors.Stale(
            _("The time to change this payment is over. Call %(phone)s: it may still be stopped.")
            % {"phone": phone},
            code="past_cutoff",
        )
