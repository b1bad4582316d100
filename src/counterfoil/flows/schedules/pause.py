"""Autopay is paused by its payer, or by staff for the payer: nothing is planned or taken until it goes on."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.flows.schedules import access, withdraw
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import ScheduledRow


def run(*, actor: Actor, now: datetime, ref: str) -> list[ScheduledRow]:
    """Pause it and cancel what it had planned; return what is past its cut-off and still made. Twice pauses once.

    :raises errors.Stale: it has ended.
    :raises errors.NotFound: not this actor's autopay.
    """
    seen = schedule_queries.get_enrollment(actor=actor, public_id=ref)
    access.demand(actor=actor, payer_id=seen.payer_id, biller_id=seen.biller_id)
    left = db.in_transaction(lambda: _pause(actor, now, seen.id))
    return schedule_queries.list_rows_by_ids(scheduled_ids=left)


def _pause(actor: Actor, now: datetime, enrollment_id: int) -> list[int]:
    [enrollment] = schedule_queries.lock_enrollments(enrollment_ids=[enrollment_id])
    if enrollment.status == states.PAUSED:
        return []
    if enrollment.status == states.ENDED:
        raise errors.Stale(_("Autopay has ended."))
    event = schedule_operations.move_enrollment(
        enrollment=enrollment, to=states.PAUSED, now=now, pause_reason=states.BY_PAYER
    )
    left = withdraw.planned(
        actor=actor, now=now, enrollment_ids=[enrollment.pk], reason=withdraw.PAUSED,
        in_time_only=not access.is_late_allowed(actor=actor),
    )  # fmt: skip
    audit_operations.record(
        actor=actor, biller_id=enrollment.biller_id, action=event, object_ref=enrollment.public_id,
        details={"reason": states.BY_PAYER}, now=now,
    )  # fmt: skip
    schedule_notices.queue_enrollments(
        now=now, key="autopay_paused", enrollment_ids=[enrollment.pk], once=now.isoformat()
    )
    return [row.pk for row in left]
