"""Ends the accesses whose day is over, and tells both. They serve nobody from that moment on, ended or not."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.sharing import end_access
from counterfoil.sharing import queries as sharing_queries


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """End them; return how many. One whose rows are held waits for the next run."""
    ended = 0
    for ref in sharing_queries.list_lapsed(now=now, biller_id=biller_id):
        with suppress(db.Busy):
            end_access.run(actor=actor, now=now, ref=ref)
            ended += 1
    return ended
