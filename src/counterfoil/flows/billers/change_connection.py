"""What a gateway connection is opened with changes: an address that moved, a key that was replaced.

How it fails: the new settings are another merchant's. A payment whose outcome is unknown would be looked up there, not
be found, be fenced and canceled, and be charged again. So nothing changes while one is unresolved, unless the gateway
that the new settings open knows a payment that was sent to the old one: then it is the same. A payment born between
that look and the change is kept out by the locks of its method, one that waits for its method by its own. A refund
that is on its way is the same: fenced elsewhere it would be the payer's credit, and given back as well. Where the
gateway of the new settings has it, it is the same one: a key that leaked is replaced, whatever is on its way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.billers import connect_gateway
from counterfoil.gateways import base, refunds as gateway_refunds
from counterfoil.identity import permissions
from counterfoil.methods import queries as method_queries
from counterfoil.payments import attempt_queries, queries as payment_queries
from counterfoil.refunds import queries as refund_queries

# Each may take as long as the gateway's time-out.
MOST_LOOK_UPS: Final = 5


def run(
    *,
    actor: Actor,
    now: datetime,
    biller_id: int,
    public_id: str,
    changes: Mapping[str, str],
    is_same_account: bool = False,
) -> None:
    """Keep the connection with these settings changed. It stays the same one: its saved methods go on.

    `is_same_account`: the caller moved the gateway itself, so nothing is asked of it. No operator can say that.

    :raises errors.Stale: payments or refunds through it are unresolved, and the gateway does not prove to be the same.
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
    gateway = connect_gateway.demand_config(gateway_key=connection.gateway_key, config=after)
    is_same = is_same_account or _knows_ours(gateway, connection.id)

    def change() -> None:
        if not is_same:
            _demand_resolved(connection.id)
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

    db.in_transaction(change)


def _knows_ours(gateway: base.Gateway, connection_id: int) -> bool:
    """Tell whether the gateway knows what was sent where the unresolved payments or refunds were: keys are ours alone.

    Nobody changes the merchant while one of them is unresolved, so knowing one of either kind is enough.
    """
    db.demand_outside_transaction()
    keys = attempt_queries.list_telling_keys(connection_id=connection_id, limit=MOST_LOOK_UPS)
    if any(_is_known(gateway.look_up(key)) for key in keys):
        return True
    keys = refund_queries.list_telling_keys(connection_id=connection_id, limit=MOST_LOOK_UPS)
    return bool(keys) and any(_is_known(gateway_refunds.refunds(gateway).look_up_refund(key)) for key in keys)


def _is_known(answer: object) -> bool:
    return not isinstance(answer, base.NotFound | base.Unknown)


def _demand_resolved(connection_id: int) -> None:
    """Refuse where a payment or a refund through it is unresolved, and let none become so in this transaction.

    :raises errors.Stale: one is.
    """
    waiting = attempt_queries.list_waiting_through(connection_id=connection_id)
    payment_queries.lock(payment_ids=waiting)
    method_queries.lock_all_at(connection_id=connection_id)
    if attempt_queries.has_unresolved(connection_id=connection_id) or refund_queries.has_unresolved(
        connection_id=connection_id
    ):
        raise errors.Stale(
            "Payments or refunds through this connection wait for an answer, and the gateway that these settings"
            " open does not know them. Try again when they are confirmed. Another account at the gateway is another"
            " connection.",
            code="unresolved",
        )
