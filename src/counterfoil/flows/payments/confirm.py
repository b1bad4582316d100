"""The payer comes back from the gateway's page (3-D Secure, a wallet): look up, and record by the one door."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from counterfoil.core import http
from counterfoil.core.actor import GATEWAY, Actor
from counterfoil.flows.payments import resolve_unknown
from counterfoil.payments import queries as payment_queries, states

LOOK_UPS = "look_ups"


def run(*, actor: Actor, now: datetime, payment_ref: str) -> None:
    """Ask what became of one payment that the actor may see. Safe to do at any time and as often as wanted.

    Nobody is asked about what is known. A page waits for a gateway only in one of its process's few slots; where
    none is free, the worker asks a moment later.

    :raises errors.NotFound: not this actor's payment.
    """
    row = payment_queries.get(actor=actor, public_id=payment_ref)
    if row.status not in states.UNRESOLVED:
        return
    with suppress(http.Busy), http.bulkhead(LOOK_UPS):
        resolve_unknown.ask(actor=GATEWAY, now=now, payment_ids=[row.id], source="return_page")
