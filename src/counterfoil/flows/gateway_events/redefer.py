"""Queues the jobs of gateway events that were stored and never applied: their job was lost, or failed too often."""

from __future__ import annotations

from datetime import datetime, timedelta

from counterfoil.core import db, jobs
from counterfoil.core.actor import Actor
from counterfoil.gateway_events import queries as event_queries

MOST = 500


def run(*, actor: Actor, now: datetime, older_than: timedelta) -> int:
    """Queue events that have waited longer than `older_than`; return how many.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    actor.demand_staff("gateway_events.redefer", biller_id=0)
    waiting = event_queries.list_waiting_ids(before=now - older_than, limit=MOST)
    with db.transaction():
        jobs.defer_many("apply_gateway_event", [{"event_id": event_id} for event_id in waiting])
    return len(waiting)
