"""Bank debits become Paid when the ordinary time for returns has passed without one (product.md 1)."""

from __future__ import annotations

from datetime import datetime

from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import record_results, resolve_unknown
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.policy import Matured

CHUNK = 200


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """For each biller, on its own day, settle what is funded and ripe; return how many were looked at.

    The gateway is asked first: a return whose event was lost is found here, before the payment is called Paid.
    Without an answer the payment waits for the next run.
    """
    billers = biller_queries.list_all() if biller_id is None else [biller_queries.get(biller_id=biller_id)]
    seen = 0
    for biller in billers:
        today, after = biller_queries.today(biller=biller, now=now), 0
        while found := payment_queries.maturing(
            biller_id=biller.id, today=today, limit=CHUNK, after_id=after
        ):
            unheard = resolve_unknown.ask(actor=actor, now=now, payment_ids=found, source="look_up")
            outcomes = [Outcome(pk, Matured(today), "calendar") for pk in found if pk not in unheard]
            record_results.run(actor=actor, now=now, outcomes=outcomes)
            seen, after = seen + len(found), found[-1]
    return seen
