"""Queues the deliveries whose next try is due, and those whose job was lost."""

from __future__ import annotations

from datetime import datetime

from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.notices import operations as notice_operations


def run(*, actor: Actor, now: datetime) -> int:
    """Queue what is due; return how many.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    actor.demand_staff("notices.redefer", biller_id=0)
    with db.transaction():
        return notice_operations.defer_due(now=now)
