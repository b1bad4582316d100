"""A biller takes no more payments through a gateway connection."""

from __future__ import annotations

from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.identity import permissions


def run(*, actor: Actor, now: datetime, biller_id: int, public_id: str) -> None:
    """Switch the connection off; what was paid through it is still asked about and reconciled.

    Nothing happens to one that is off already.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.NotFound: the biller has no such connection.
    """
    actor.demand_staff(permissions.MANAGE_GATEWAYS, biller_id=biller_id)
    # Also one that cannot be opened any more: it stands in the way of the next.
    known = {each.public_id: each for each in biller_queries.list_all_connections(biller_id=biller_id)}
    if public_id not in known:
        raise errors.NotFound(public_id)
    connection = known[public_id]
    if not connection.is_active:
        return
    with db.transaction():
        biller_operations.disconnect(connection_id=connection.id)
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="connection.ended",
            object_ref=connection.public_id,
            details={"gateway_key": connection.gateway_key, "kinds": list(connection.kinds)},
            now=now,
        )
