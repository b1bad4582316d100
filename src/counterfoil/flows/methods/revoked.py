"""A wallet's holder took the agreement back there: the method is disabled for good, and what uses it stops.

The gateway was asked (`refresh`); its message alone changes nothing. Again changes nothing. A payment on its way goes
on and ends as the gateway says; a charge that comes later is declined there as revoked, whatever we know.
"""

from __future__ import annotations

from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.notices import methods as method_notices
from counterfoil.flows.schedules import replace_method
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.queries import PaymentMethod
from counterfoil.payers import queries as payer_queries


def run(*, actor: Actor, now: datetime, connection: ConnectionRow, token: str) -> None:
    """Stop what uses the methods of this token, then disable them.

    Two commits, in this order: a crash between them leaves a method that nothing uses, and the message that woke us,
    not applied yet, comes again.
    """
    for row in method_queries.list_by_token(gateway_key=connection.gateway_key, token=token):
        replace_method.stop(actor=WORKER, now=now, old=row)

    def disable() -> None:
        for method in method_queries.lock_by_token(gateway_key=connection.gateway_key, token=token):
            _disable(actor, now, method)

    db.in_transaction(disable)


def _disable(actor: Actor, now: datetime, method: PaymentMethod) -> None:
    # It counts as one that failed its validation: enabling it does not make it usable, it is connected anew.
    if method.validation == states.FAILED:
        return
    method_operations.change_validation(method=method, to=states.FAILED, now=now)
    if method.status == states.ACTIVE:
        method_operations.transition(method=method, to=states.DISABLED)
    audit_operations.record(
        actor=actor,
        biller_id=method.biller_id,
        action="method.revoked",
        object_ref=method.public_id,
        details={"kind": method.kind},
        now=now,
    )
    if method.is_saved:
        _tell(now, method)


def _tell(now: datetime, method: PaymentMethod) -> None:
    payer = payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=[method.payer_id])[0]
    biller = biller_queries.get(biller_id=method.biller_id)
    data = {"method_label": method_queries.label_of(method), "at": now.isoformat()}
    method_notices.queue(
        now=now, key="wallet_withdrawn", payer=payer, biller=biller, ref=method.public_id, data=data
    )
