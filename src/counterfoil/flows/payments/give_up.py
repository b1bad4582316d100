"""*Pay with another method*: a payment that waits for its bank account is given up by its payer; it was never sent."""

from __future__ import annotations

from datetime import datetime

from counterfoil.core.actor import Actor
from counterfoil.flows.payments import waiting
from counterfoil.payers import permissions
from counterfoil.payments import queries as payment_queries, states


def run(*, actor: Actor, now: datetime, payment_ref: str) -> bool:
    """Cancel it, so that what it was for can be paid another way; tell whether it is canceled.

    Again changes nothing; one that was sent meanwhile goes on.

    :raises errors.NotFound: not this actor's payment.
    :raises errors.NotPermitted: the user profile does not allow paying.
    """
    row = payment_queries.get(actor=actor, public_id=payment_ref)
    actor.demand_payer(permissions.PAY, payer_id=row.payer_id)
    if row.status == states.AWAITING_VALIDATION:
        waiting.cancel(actor=actor, now=now, payment_ids=[row.id], why="chosen")
    return payment_queries.get(actor=actor, public_id=payment_ref).status == states.CANCELED
