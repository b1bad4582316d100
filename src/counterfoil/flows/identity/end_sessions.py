"""A person logs out elsewhere: of one place, or of every one but this."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.identity import operations as identity_operations, queries as identity_queries


def one(*, actor: Actor, now: datetime, this_key: str, ref: str) -> None:
    """End one other session of the login.

    :raises errors.NotFound: no other session of this login.
    :raises errors.NotPermitted: nobody is signed in.
    """
    others = _others(actor, this_key)
    if ref not in others:
        raise errors.NotFound("session")
    _end(actor, {ref}, now)


def all_others(*, actor: Actor, now: datetime, this_key: str) -> int:
    """End every session of the login but this one; return how many there were.

    :raises errors.NotPermitted: nobody is signed in.
    """
    others = _others(actor, this_key)
    return _end(actor, others, now) if others else 0


def _others(actor: Actor, this_key: str) -> set[str]:
    if actor.login_id is None:
        raise errors.NotPermitted(_("Please log in first."))
    found = identity_queries.list_sessions(login_id=actor.login_id, this_key=this_key)
    return {row.ref for row in found if not row.is_this}


def _end(actor: Actor, refs: set[str], now: datetime) -> int:
    with db.transaction():
        ended = identity_operations.end_sessions(login_id=actor.login_id or 0, refs=refs)
        audit_operations.record(
            actor=actor,
            biller_id=audit_operations.INSTALLATION,
            action="login.sessions_ended",
            object_ref=actor.ref,
            details={"ended": ended},
            now=now,
        )
    return ended
