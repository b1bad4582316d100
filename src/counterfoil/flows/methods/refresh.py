"""What a gateway says of a method now: a new expiry date, a card that the network replaced, a bank's correction.

The gateway is asked; a message only wakes the asking, and its payload decides nothing. The token stays, so everything
that uses the method goes on with the new details (NA-18). What it was is kept.
"""

from __future__ import annotations

import logging
from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, failpoints, http
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.methods import revoked, vouch
from counterfoil.flows.notices import methods as method_notices
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.methods import operations as method_operations, queries as method_queries
from counterfoil.methods.queries import PaymentMethod
from counterfoil.payers import queries as payer_queries

log = logging.getLogger(__name__)


def run(*, actor: Actor, now: datetime, connection_id: int, token: str) -> bool:
    """Ask the gateway about a token and record what changed; tell whether it answered. Again changes nothing."""
    connection = biller_queries.list_connections(connection_ids=[connection_id])[connection_id]
    try:
        with http.bulkhead(connection.gateway_key):
            gateway = base.saves_methods(send.open_gateway(connection))
            failpoints.reach("details.before")
            found = gateway.token_details(token)
            failpoints.reach("details.after")
    except (base.Unavailable, http.Busy):
        return False
    except base.GatewayError:
        # It will not say: asking again would not help, and the next charge tells what is wrong.
        log.warning("a gateway does not say what became of a token", extra={"ref": connection_id})
        return True
    if isinstance(found, base.NotFound):
        return True
    if found.is_revoked:
        revoked.run(actor=actor, now=now, connection=connection, token=token)
    else:
        db.in_transaction(lambda: apply(actor=actor, now=now, connection=connection, found=found))
    return True


def apply(
    *,
    actor: Actor,
    now: datetime,
    connection: ConnectionRow,
    found: base.TokenDetails,
    what: str = "corrected",
) -> None:
    """Record the gateway's answer for every method that stands on this token, in the caller's transaction."""
    details = vouch.details_of(found)
    for method in method_queries.lock_by_token(gateway_key=connection.gateway_key, token=found.token):
        before = _looks(method)
        if method.kind != found.kind or not method_operations.change_details(
            actor=actor, method=method, details=details, cause="corrected", now=now
        ):
            continue
        audit_operations.record(
            actor=actor,
            biller_id=method.biller_id,
            action="method.corrected",
            object_ref=method.public_id,
            details={"last4": method.last4, "by": what},
            now=now,
        )
        if _looks(method) != before and method.is_saved:
            _tell(now, method, before, what)


def _looks(method: PaymentMethod) -> str:
    """What a person sees of the number: label and expiry date."""
    label = method_queries.label_of(method)
    return f"{label} {method.exp_month:02}/{method.exp_year}" if method.exp_month else label


def _tell(now: datetime, method: PaymentMethod, before: str, what: str) -> None:
    payer = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[method.payer_id])[0]
    biller = biller_queries.get(biller_id=method.biller_id)
    data = {"what": what, "before": before, "method_label": _looks(method), "at": now.isoformat()}
    method_notices.queue(
        now=now, key="method_changed", payer=payer, biller=biller, ref=method.public_id, data=data
    )
