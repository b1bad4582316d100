"""Prove that nobody changed the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counterfoil.audit import queries as audit_queries
from counterfoil.core import db
from counterfoil.core.actor import Actor


def run(
    *,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every flow is told the time
    biller_id: int | None = None,
    heads: Mapping[int, tuple[int, bytes]] | None = None,
) -> audit_queries.Verdict:
    """Recompute every chain, or one biller's, in one snapshot, and say what does not hold.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    actor.demand_staff("audit.verify", biller_id=0)
    with db.reading():
        return audit_queries.verify(biller_id=biller_id, heads=heads)
