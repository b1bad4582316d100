"""Finds what no event told us: compares the books and asks about every payment on which they differ.

An event can be lost for good (a gateway gives up after some days), and a payment that is Paid is asked about by
nobody else: a late return would stay unseen.
"""

from __future__ import annotations

from datetime import datetime

from counterfoil.core.actor import Actor
from counterfoil.flows.books import reconcile
from counterfoil.flows.payments import resolve_unknown

CHUNK = 200


def run(*, actor: Actor, now: datetime, biller_id: int) -> int:
    """Ask about the payments of one biller that differ from the gateway's books; return how many.

    :raises base.Unavailable: a gateway does not answer.
    """
    found = reconcile.run(actor=actor, biller_id=biller_id).differences
    payment_ids = sorted(each.payment_id for each in found if each.payment_id is not None)
    for start in range(0, len(payment_ids), CHUNK):
        resolve_unknown.ask(
            actor=actor, now=now, payment_ids=payment_ids[start : start + CHUNK], source="look_up"
        )
    return len(payment_ids)
