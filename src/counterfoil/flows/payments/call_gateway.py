"""The job of a payment that was born without its call: take the lease, call, record."""

from __future__ import annotations

from datetime import datetime

from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import record_results, send
from counterfoil.flows.payments.birth import LEASE
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.payments import (
    attempt_queries,
    operations as payment_operations,
    queries as payment_queries,
    states,
)


def run(*, actor: Actor, now: datetime, payment_id: int) -> None:
    """Send one payment that waits to be sent; do nothing when it was sent, or given up, already."""
    if not db.in_transaction(lambda: _take(payment_id, now)):
        return
    answers = send.run(sendings=send.prepare(payment_ids=[payment_id]))
    record_results.run(
        actor=actor, now=now, outcomes=[Outcome(pk, answer, source="answer") for pk, answer in answers]
    )


def _take(payment_id: int, now: datetime) -> bool:
    payments = payment_queries.lock(payment_ids=[payment_id])
    if not payments or payments[0].status != states.SUBMITTING:
        return False
    attempt = attempt_queries.open_attempt(payment_id=payment_id)
    if attempt is None or attempt.call_started_at is not None or attempt.call_deadline <= now:
        return False
    payment_operations.take_lease(attempt=attempt, now=now, deadline=now + LEASE)
    return True
