"""Autopay whose payment cannot be taken pauses by itself, in the transaction of the runner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states


def run(*, actor: Actor, now: datetime, reasons: Mapping[int, str]) -> list[int]:
    """Pause autopay that cannot go on, with a notice, so that it does not fail again and again.

    `reasons`: why, by scheduled payment. Return what is set to be withdrawn, too: nobody can be told of that either.
    """
    if not reasons:
        return []
    # One payment of autopay may have been given another method than autopay itself has.
    unusable, untold = set[tuple[str, int]](), set[str]()
    for row in schedule_queries.list_rows_by_ids(scheduled_ids=list(reasons)):
        if reasons[row.id] == states.METHOD:
            unusable.add((row.enrollment_ref, row.method_id))
        else:
            untold.add(row.enrollment_ref)
    paused: dict[int, str] = {}
    behind = schedule_queries.enrollment_ids_of(scheduled_ids=list(reasons))
    for enrollment in schedule_queries.lock_enrollments(enrollment_ids=behind):
        is_unusable = (enrollment.public_id, enrollment.method_id) in unusable
        if enrollment.status != states.ACTIVE or not (is_unusable or enrollment.public_id in untold):
            continue
        why = states.METHOD if is_unusable else states.UNTOLD
        event = schedule_operations.move_enrollment(
            enrollment=enrollment, to=states.PAUSED, now=now, pause_reason=why
        )
        audit_operations.record(
            actor=actor, biller_id=enrollment.biller_id, action=event, object_ref=enrollment.public_id,
            details={"reason": why}, now=now,
        )  # fmt: skip
        paused[enrollment.pk] = why
    schedule_notices.queue_enrollments(
        now=now, key="autopay_paused", enrollment_ids=list(paused), once=now.isoformat()
    )
    without_word = [pk for pk, why in paused.items() if why == states.UNTOLD]
    return schedule_queries.open_ids(enrollment_ids=without_word) if without_word else []
