"""Finds what no event told us: compares the books and asks about every payment and refund on which they differ.

An event can be lost for good (a gateway gives up after some days), and a payment that is Paid is asked about by
nobody else: a late return would stay unseen.
"""

from __future__ import annotations

from datetime import datetime

from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import Actor
from counterfoil.flows.books import reconcile
from counterfoil.flows.invoices import apply_credit
from counterfoil.flows.payments import resolve_unknown
from counterfoil.flows.refunds import resolve as resolve_refunds

CHUNK = 200


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Ask about the payments and refunds that differ from the gateways' books; return how many.

    What went through a gateway that does not answer waits for the next run. Credit that a crash left lying is spent.
    """
    billers = biller_queries.list_all() if biller_id is None else [biller_queries.get(biller_id=biller_id)]
    asked = sum(_catch_up(actor, now, biller.id) for biller in billers)
    for biller in billers:
        apply_credit.run_left(actor=actor, now=now, biller_id=biller.id)
    return asked


def _catch_up(actor: Actor, now: datetime, biller_id: int) -> int:
    found = reconcile.run(actor=actor, biller_id=biller_id).differences
    payment_ids = sorted(each.payment_id for each in found if each.payment_id is not None)
    for start in range(0, len(payment_ids), CHUNK):
        part = payment_ids[start : start + CHUNK]
        resolve_unknown.ask(actor=actor, now=now, payment_ids=part, source="look_up")
    refund_ids = sorted(each.refund_id for each in found if each.refund_id is not None)
    for start in range(0, len(refund_ids), CHUNK):
        part = refund_ids[start : start + CHUNK]
        resolve_refunds.ask(actor=actor, now=now, refund_ids=part, source="look_up")
    return len(payment_ids) + len(refund_ids)
