"""Scheduled payments are called off, in the transaction of whoever ends what they are for.

It stands beside their notices, because what is above and below the flows of schedules calls it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.schedules import operations as schedule_operations, states
from counterfoil.schedules.queries import Scheduled


def run(*, actor: Actor, now: datetime, rows: Collection[Scheduled], reason: str) -> None:
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
