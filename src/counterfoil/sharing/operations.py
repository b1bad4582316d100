"""Writes to shares and helpers. The account is locked by whoever calls."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from counterfoil.core import db, ids
from counterfoil.core.actor import Actor
from counterfoil.sharing import states
from counterfoil.sharing.drafts import NewHelper, NewShare
from counterfoil.sharing.models import Helper, Share


def offer(*, actor: Actor, new: NewShare, now: datetime) -> Share:
    """Make a share that waits for its answer."""
    db.demand_transaction()
    share = Share(
        public_id=ids.new("share"),
        status=states.OFFERED,
        offered_at=now,
        offered_by_ref=actor.ref,
        offered_by_name=actor.name,
        **asdict(new),
    )
    share.save(force_insert=True)
    return share


def move_share(*, share: Share, to: str, by_ref: str, now: datetime) -> str:
    """Move a share; return the event word.

    :raises IllegalTransition: the table has no such move.
    """
    db.demand_transaction()
    event = states.SHARE.event(share.status, to)
    share.status = to
    if to == states.ENDED:
        share.ended_at, share.ended_by_ref = now, by_ref
    else:
        share.answered_at = now
    share.save(update_fields=["status", "answered_at", "ended_at", "ended_by_ref"])
    return event


def give_access(*, actor: Actor, new: NewHelper, now: datetime) -> Helper:
    """Give a person access; it serves at once."""
    db.demand_transaction()
    helper = Helper(
        public_id=ids.new("helper"),
        status=states.ACTIVE,
        given_at=now,
        given_by_ref=actor.ref,
        given_by_name=actor.name,
        **asdict(new),
    )
    helper.save(force_insert=True)
    return helper


def end_access(*, helper: Helper, by_ref: str, now: datetime) -> str:
    """End an access; return the event word.

    :raises IllegalTransition: it has ended.
    """
    db.demand_transaction()
    event = states.HELPER.event(helper.status, states.ENDED)
    helper.status, helper.ended_at, helper.ended_by_ref = states.ENDED, now, by_ref
    helper.save(update_fields=["status", "ended_at", "ended_by_ref"])
    return event
