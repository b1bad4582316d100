"""A request is settled: by the payer who asked, or by staff. What was written stays."""

from __future__ import annotations

from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.identity import permissions as staff_permissions
from counterfoil.payers import permissions
from counterfoil.requests import operations as request_operations, queries as request_queries, states


def run(*, actor: Actor, now: datetime, request_ref: str) -> None:
    """Close it; one that is closed stays so.

    :raises errors.NotFound: not a request the actor may see.
    :raises errors.NotPermitted: neither the user profile nor the role allows it.
    """
    row = request_queries.get(actor=actor, public_id=request_ref)
    if actor.kind == ActorKind.STAFF:
        actor.demand_staff(staff_permissions.ANSWER_REQUESTS, biller_id=row.biller_id)
    else:
        actor.demand_payer(permissions.ASK, payer_id=row.payer_id)

    def close() -> None:
        request = request_queries.lock(request_id=row.id)
        if request.status == states.CLOSED:
            return
        event = request_operations.transition(request=request, to=states.CLOSED, now=now)
        audit_operations.record(
            actor=actor, biller_id=row.biller_id, action=event, object_ref=row.public_id, details={}, now=now
        )

    db.in_transaction(close)
