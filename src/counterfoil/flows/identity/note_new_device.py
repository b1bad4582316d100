"""Somebody signed in from a browser that this login has not used before."""

from __future__ import annotations

from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.identity import own_notices
from counterfoil.identity import queries as identity_queries

# Where each kind of person sees it.
SESSIONS = {"payer": "/profile/sessions/", "staff": "/accounts/sessions/"}


def run(*, actor: Actor, now: datetime, device: str) -> None:
    """Tell the owner; `device` is the browser in words. The actor is the login that has just signed in."""
    login = identity_queries.get_login(public_id=actor.ref)
    with db.transaction():
        audit_operations.record(
            actor=actor,
            biller_id=audit_operations.INSTALLATION,
            action="login.new_device",
            object_ref=actor.ref,
            now=now,
        )
        link = SESSIONS["payer" if actor.payers else "staff"]
        data = {"email": login.email, "device": device, "link": link}
        own_notices.queue(now=now, key="new_device", login=login, data=data)
