"""*Verify Payment*: what this payment comes to, who else stands here, and the text to accept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import card_limits, facts as payment_facts, quote, recent
from counterfoil.flows.payments.orders import PayOrder, Quote
from counterfoil.flows.payments.recent import Recent
from counterfoil.payments import operations as payment_operations, queries as payment_queries

CLAIM_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Review:
    """The figures to check, the names of others who are paying the same right now, and what was paid just now."""

    quote: Quote
    others: tuple[str, ...]
    recent: tuple[Recent, ...] = ()


def run(*, actor: Actor, now: datetime, order: PayOrder) -> Review:
    """Work out the payment and claim its invoices for five minutes. Moves nothing.

    :raises errors.Refused: the order will not do; `field` names where.
    :raises errors.NotFound: not this actor's to pay.
    """
    actor.demand_payer("pay", payer_id=order.payer_id)
    facts = payment_facts.load(actor=actor, now=now, orders=[order])[0]
    card_limits.check(actor=actor, now=now, facts=facts)
    made = quote.make(facts=facts, order=order)
    invoice_ids = [share.invoice_id for share in made.shares]
    others = payment_queries.list_claims(
        actor=actor, account_id=order.account_id, invoice_ids=invoice_ids, now=now
    )
    with db.transaction():
        payment_operations.claim(
            actor=actor,
            biller_id=made.biller_id,
            account_id=order.account_id,
            invoice_ids=invoice_ids,
            expires_at=now + CLAIM_LASTS,
        )
    return Review(made, tuple(others), recent.find(actor=actor, now=now, quote=made))


def leave(*, actor: Actor, account_id: int) -> None:
    """Give the claim up: the window was left without paying."""
    with db.transaction():
        payment_operations.drop_claims(actor=actor, account_ids=[account_id])
