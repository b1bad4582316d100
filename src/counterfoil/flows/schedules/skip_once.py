"""The next payment of autopay is left out, once: the planned one, or where none is planned yet, the next to come."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.flows.schedules import access
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow

REASON = "skipped"


def run(*, actor: Actor, now: datetime, ref: str, scheduled_ref: str = "") -> ScheduledRow | None:
    """Skip the next payment (or the planned one that `scheduled_ref` names); return it, None where none is planned.

    The same one again is skipped already. What it was for stays owed.

    :raises errors.Stale: autopay is not active, or that payment is past its cut-off.
    :raises errors.NotFound: not this actor's autopay, or not one of its payments.
    """
    seen = schedule_queries.get_enrollment(actor=actor, public_id=ref)
    access.demand(actor=actor, payer_id=seen.payer_id, biller_id=seen.biller_id)
    skipped = db.in_transaction(lambda: _skip(actor, now, seen, scheduled_ref))
    rows = schedule_queries.list_rows_by_ids(scheduled_ids=[skipped] if skipped else [])
    return rows[0] if rows else None


def _skip(actor: Actor, now: datetime, seen: EnrollmentRow, scheduled_ref: str) -> int | None:
    [enrollment] = schedule_queries.lock_enrollments(enrollment_ids=[seen.id])
    if enrollment.status != states.ACTIVE:
        raise errors.Stale(_("Autopay is not active."))
    wanted = None
    if scheduled_ref:
        wanted = schedule_queries.get_scheduled(actor=actor, public_id=scheduled_ref)
        if wanted.enrollment_ref != seen.public_id:
            raise errors.NotFound("scheduled payment")
        if wanted.status == states.SKIPPED:
            return wanted.id
    ids = [wanted.id] if wanted else schedule_queries.open_ids(enrollment_ids=[enrollment.pk])
    rows = schedule_queries.lock_scheduled(scheduled_ids=ids)
    late = access.is_late_allowed(actor=actor)
    can = [row for row in rows if row.status == states.SCHEDULED and (late or now < row.cutoff_at)]
    if wanted and not can:
        raise errors.Stale(_("The time to change this payment is over."), code="past_cutoff")
    if not can:
        schedule_operations.mark_skip(enrollment=enrollment, skips=True)
        _record(actor, now, enrollment.biller_id, "autopay.skip_asked", enrollment.public_id)
        return None
    row = min(can, key=lambda each: (each.run_on, each.pk))
    event = schedule_operations.transition(scheduled=row, to=states.SKIPPED, now=now, reason=REASON)
    schedule_operations.save_scheduled(rows=[row])
    _record(actor, now, row.biller_id, event, row.public_id)
    schedule_notices.queue(now=now, key="scheduled_canceled", scheduled_ids=[row.pk])
    return row.pk


def _record(actor: Actor, now: datetime, biller_id: int, action: str, ref: str) -> None:
    audit_operations.record(
        actor=actor, biller_id=biller_id, action=action, object_ref=ref, details={}, now=now
    )
