"""What a gateway's message wakes: asking the gateway, and recording by the one door. The message decides nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

from counterfoil.core import clock, db, jobs
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import refresh
from counterfoil.flows.payments import resolve_unknown
from counterfoil.flows.refunds import resolve as resolve_refunds
from counterfoil.gateway_events import operations as event_operations, queries as event_queries
from counterfoil.payments import attempt_queries
from counterfoil.refunds import queries as refund_queries

CLOCK_ADVANCED = "clock.advanced"


def run(*, actor: Actor, now: datetime, event_id: int) -> None:
    """Apply one stored event; doing it again changes nothing. Without an answer it stays waiting, to be tried again."""
    event = event_queries.find_waiting(event_id=event_id)
    if event is None:
        return
    if event.kind == CLOCK_ADVANCED:
        _follow_clock(bytes(event.raw), now)
    payment_id = attempt_queries.find_key(biller_id=event.biller_id, gateway_key=event.payment_key)
    unheard: set[int] = set()
    if payment_id is not None:
        unheard = resolve_unknown.ask(actor=actor, now=now, payment_ids=[payment_id], source="event")
    refund_id = refund_queries.find_gateway_key(biller_id=event.biller_id, gateway_key=event.payment_key)
    if refund_id is not None:
        unheard |= resolve_refunds.ask(actor=actor, now=now, refund_ids=[refund_id], source="event")
    is_heard = not unheard
    if event.method_token:
        is_heard &= refresh.run(
            actor=actor, now=now, connection_id=event.connection_id, token=event.method_token
        )
    with db.transaction():
        if not is_heard:
            event_operations.note_failure(event=event, error="the gateway gave no answer")
        else:
            event_operations.mark_applied(event=event, now=now)


def _follow_clock(raw: bytes, now: datetime) -> None:
    """Move a demo's clock with the sandbox's, and let what became due happen; a live installation has no such clock."""
    with suppress(clock.NotADemo):
        clock.set_offset(int(json.loads(raw)["data"]["offset_seconds"]))
        with db.transaction():
            for job in ("settle_matured", "follow_validation"):
                jobs.defer(job, queueing_lock=job, timestamp=int(now.timestamp()))
