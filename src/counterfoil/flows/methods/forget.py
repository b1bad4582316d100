"""Lets gateways forget the tokens of replaced numbers and deleted methods, once nothing pending needs them.

What was for one time alone is deleted first, once it is done with (`retire_once`).

A job: the call is outside any transaction, and one that fails is made again at the next tick. Forgetting twice is fine.
A refund of an older payment goes by the payment's own reference at the gateway and needs no token.
"""

from __future__ import annotations

import logging
from datetime import datetime

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, failpoints, http
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import retire_once
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.methods import operations as method_operations, queries as method_queries
from counterfoil.methods.queries import TokenToForget
from counterfoil.payments import queries as payment_queries, states as payment_states

log = logging.getLogger(__name__)
AT_ONCE = 100


def run(*, actor: Actor, now: datetime) -> int:
    """Have every token forgotten that can be; return how many were.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    actor.demand_staff("methods.forget", biller_id=0)
    retire_once.run(actor=actor, now=now)
    forgotten, after_id = 0, 0
    while True:
        batch = method_queries.list_to_forget(after_id=after_id, limit=AT_ONCE)
        if not batch:
            return forgotten
        after_id = batch[-1].id
        busy = payment_queries.list_busy_methods(
            payer_ids={each.payer_id for each in batch}, statuses=payment_states.IN_FLIGHT
        )
        connections = biller_queries.list_connections(connection_ids={each.connection_id for each in batch})
        done = [
            each.id
            for each in batch
            if each.method_id not in busy and _forget(connections[each.connection_id], each)
        ]
        if done:
            with db.transaction():
                method_operations.mark_forgotten(past_ids=done, now=now)
        forgotten += len(done)


def _forget(connection: ConnectionRow, token: TokenToForget) -> bool:
    """Tell the gateway; False where it gave no answer, to be told again."""
    db.demand_outside_transaction()
    try:
        with http.bulkhead(connection.gateway_key):
            gateway = base.saves_methods(send.open_gateway(connection))
            failpoints.reach("forget.before")
            gateway.forget(token.token)
            failpoints.reach("forget.after")
    except base.Refused:
        # It does not know the token, or no longer knows us: there is nothing left to forget by asking again.
        log.warning("a gateway refused to forget a token", extra={"ref": token.id})
        return True
    except (base.GatewayError, http.Busy):
        return False
    return True
