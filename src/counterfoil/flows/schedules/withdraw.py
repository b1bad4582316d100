"""What autopay planned and nobody began is withdrawn, in the transaction of whoever pauses, ends or changes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from counterfoil.audit import operations as audit_operations
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.queries import Scheduled

PAUSED: Final = "paused"
ENDED: Final = "ended"
CHANGED: Final = "changed"


def planned(
    *, actor: Actor, now: datetime, enrollment_ids: Collection[int], reason: str, in_time_only: bool = False
) -> list[Scheduled]:
    """Cancel what these locked enrollments have waiting, each with a notice; return what is still made.

    With `in_time_only` a payment past its cut-off is left alone: it is on its way.
    """
    ids = schedule_queries.open_ids(enrollment_ids=enrollment_ids)
    rows = schedule_queries.lock_scheduled(scheduled_ids=ids)
    waiting = [row for row in rows if row.status == states.SCHEDULED]
    stopped = [row for row in waiting if not in_time_only or now < row.cutoff_at]
    cancel(actor=actor, now=now, rows=stopped, reason=reason)
    return [row for row in rows if row.status in states.OPEN]


def cancel(*, actor: Actor, now: datetime, rows: Collection[Scheduled], reason: str) -> None:
    """Cancel these locked scheduled payments, with audit and a notice of each."""
    events = [
        audit_operations.NewEvent(
            actor,
            row.biller_id,
            schedule_operations.transition(scheduled=row, to=states.CANCELED, now=now, reason=reason),
            row.public_id,
            {"reason": reason},
            now,
        )
        for row in rows
    ]
    schedule_operations.save_scheduled(rows=rows)
    audit_operations.record_many(events)
    schedule_notices.queue(now=now, key="scheduled_canceled", scheduled_ids=[row.pk for row in rows])
