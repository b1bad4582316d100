"""*Submit Payment*: birth, call, outcome. One door in for portal, links and API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from counterfoil.core import db, errors, http
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import birth, record_results, send
from counterfoil.flows.payments.birth import Birth, Born
from counterfoil.flows.payments.orders import Submission
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.methods import queries as method_queries


def run(*, actor: Actor, now: datetime, submission: Submission) -> str:
    """Pay what was reviewed; return the payment's public id, whatever became of it so far.

    The same key again gives the same payment. A gateway that is slow or silent gives a payment that is still
    being confirmed, never an error.

    :raises errors.Refused: it will not do, or changed since the review; nothing was born and nothing moved.
    :raises errors.NotFound: not this actor's to pay.
    """
    actor.demand_payer("pay", payer_id=submission.order.payer_id)
    born = many(actor=actor, now=now, submissions=[submission])[0]
    if isinstance(born, errors.Refused):
        raise born
    return born.public_id


def many(
    *,
    actor: Actor,
    now: datetime,
    submissions: Sequence[Submission],
    also: Callable[[Sequence[Birth]], None] | None = None,
) -> list[Birth]:
    """Submit up to two hundred payments: one commit (with what `also` writes), the calls side by side, one commit.

    :raises errors.NotFound: something is not this actor's to pay.
    """
    gateway_key = method_queries.gateway_key_of(ref=submissions[0].order.method_ref)
    try:
        with http.bulkhead(gateway_key):
            births = birth.run(actor=actor, now=now, submissions=submissions, calls_now=True, also=also)
            answers = send.run(sendings=send.prepare(payment_ids=_new(births)))
    except http.Busy:
        # Too many of this process's threads wait for the gateway already: born now, sent by a job.
        return birth.run(actor=actor, now=now, submissions=submissions, calls_now=False, also=also)
    outcomes = [Outcome(payment_id, answer, source="answer") for payment_id, answer in answers]
    # Where somebody holds the rows for too long, the worker asks for the outcome a minute later.
    with suppress(db.Busy):
        record_results.run(actor=actor, now=now, outcomes=outcomes)
    return births


def _new(births: Sequence[Birth]) -> list[int]:
    return [birth.payment_id for birth in births if isinstance(birth, Born) and birth.is_new]
