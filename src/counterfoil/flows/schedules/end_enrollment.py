"""Autopay ends: at once, with a confirmation number, saying what is still on its way (RE-04, RE-05, E16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, ids
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.flows.schedules import access, withdraw
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import ScheduledRow


@dataclass(frozen=True, slots=True)
class Ended:
    """What ending came to: the number to keep, and what is past its cut-off and still made."""

    number: str
    on_its_way: tuple[ScheduledRow, ...]


def run(*, actor: Actor, now: datetime, ref: str) -> Ended:
    """End it and cancel what it had planned. Again: the same number.

    :raises errors.NotFound: not this actor's autopay.
    """
    seen = schedule_queries.get_enrollment(actor=actor, public_id=ref)
    access.demand(actor=actor, payer_id=seen.payer_id, biller_id=seen.biller_id)
    number, left = db.in_transaction(lambda: _end(actor, now, seen.id))
    return Ended(number, tuple(schedule_queries.list_rows_by_ids(scheduled_ids=left)))


def _end(actor: Actor, now: datetime, enrollment_id: int) -> tuple[str, list[int]]:
    [enrollment] = schedule_queries.lock_enrollments(enrollment_ids=[enrollment_id])
    if enrollment.status == states.ENDED:
        return enrollment.end_number, []
    number = _number()
    event = schedule_operations.move_enrollment(
        enrollment=enrollment, to=states.ENDED, now=now, end_number=number
    )
    left = withdraw.planned(
        actor=actor, now=now, enrollment_ids=[enrollment.pk], reason=withdraw.ENDED,
        in_time_only=not access.is_late_allowed(actor=actor),
    )  # fmt: skip
    if not left:
        # What is past its cut-off is still made under it; where there is none, it is over now.
        agreement_operations.revoke(authorization_ids=[enrollment.authorization_id], now=now)
    audit_operations.record(
        actor=actor, biller_id=enrollment.biller_id, action=event, object_ref=enrollment.public_id,
        details={"number": number}, now=now,
    )  # fmt: skip
    on_its_way = [[row.amount_minor, row.run_on.isoformat()] for row in left]
    told = {"end_number": number, "ended_at": now.isoformat(), "on_its_way": on_its_way}
    schedule_notices.queue_enrollments(
        now=now, key="autopay_ended", enrollment_ids=[enrollment.pk],
        extra={enrollment.pk: told},
    )  # fmt: skip
    return number, [row.pk for row in left]


def _number() -> str:
    raw = ids.new("enrollment")[4:14].upper().replace("O", "0")
    return f"{raw[:5]}-{raw[5:]}"
