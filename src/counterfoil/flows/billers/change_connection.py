"""What a gateway connection is opened with changes: an address that moved, a key that was replaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.billers import connect_gateway
from counterfoil.identity import permissions


def run(*, actor: Actor, now: datetime, biller_id: int, public_id: str, changes: Mapping[str, str]) -> None:
    """Keep the connection with these settings changed. It stays the same one: its saved methods go on.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.NotFound: the biller has no such connection.
    :raises errors.Invalid: an unknown setting, or the gateway's own code does not accept them.
    """
    actor.demand_staff(permissions.MANAGE_GATEWAYS, biller_id=biller_id)
    known = {each.public_id: each for each in biller_queries.list_all_connections(biller_id=biller_id)}
    if public_id not in known:
        raise errors.NotFound(public_id)
    connection = known[public_id]
    after = {**connection.config, **changes}
    if after == connection.config:
        return
    connect_gateway.demand_config(gateway_key=connection.gateway_key, config=after)
    with db.transaction():
        biller_operations.reset_connection(connection_id=connection.id, config=after)
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="connection.changed",
            object_ref=public_id,
            # Which settings, not what they say: some are secrets.
            details={"changed": sorted(changes)},
            now=now,
        )
