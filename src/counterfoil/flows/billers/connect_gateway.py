"""A biller is connected to a gateway."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.billers.drafts import NewConnection
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.gateways import base, registry
from counterfoil.identity import permissions


def run(*, actor: Actor, now: datetime, biller_id: int, new: NewConnection) -> ConnectionRow:
    """Keep the connection, its settings sealed, after the gateway's own code has accepted them.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: no such gateway, settings missing, or a kind it does not do or that is taken.
    """
    actor.demand_staff(permissions.MANAGE_GATEWAYS, biller_id=biller_id)
    _check(new)
    with db.transaction():
        connection_id = biller_operations.connect(biller_id=biller_id, new=new, now=now)
        connection = biller_queries.list_connections(connection_ids=[connection_id])[connection_id]
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="connection.created",
            object_ref=connection.public_id,
            details={"gateway_key": new.gateway_key, "kinds": list(new.kinds)},
            now=now,
        )
    return connection


def fields(*, gateway_key: str) -> tuple[base.SettingField, ...]:
    """Return what a connection to this gateway asks for, secrets marked.

    :raises errors.Invalid: no such gateway.
    """
    try:
        return registry.setting_fields(key=gateway_key)
    except base.NotOffered as error:
        raise errors.Invalid(str(error), code=error.code or None, field="gateway_key") from error


def demand_config(*, gateway_key: str, config: Mapping[str, str]) -> base.Gateway:
    """Return the gateway that these settings open.

    :raises errors.Invalid: no such gateway, or its own code does not accept them.
    """
    try:
        return registry.open_gateway(key=gateway_key, config=config)
    except base.GatewayError as error:
        raise errors.Invalid(str(error), code=error.code or None, field="gateway_key") from error


def _check(new: NewConnection) -> None:
    gateway = demand_config(gateway_key=new.gateway_key, config=new.config)
    if not new.kinds or not set(new.kinds) <= set(gateway.kinds):
        raise errors.Invalid("This gateway does not take these kinds of payment.", field="kinds")
