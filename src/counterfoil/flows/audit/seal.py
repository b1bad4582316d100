"""Seal what waits: events recorded a moment ago enter their billers' hash chains."""

from __future__ import annotations

from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.core.actor import Actor


def run(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001 - every flow is told the time
    """Seal up to 2,000 waiting events in one commit; returns how many, 0 when another sealer is at work.

    Call it again while it returns the full number. Sealing takes no time of its own from `now`: a seal
    stands for
    order, the event has its instant.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    actor.demand_staff("audit.seal", biller_id=audit_operations.INSTALLATION)
    return db.in_transaction(audit_operations.seal)
