"""The way somebody signs in was changed; the sign-in library did it, here it is recorded and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.identity import own_notices
from counterfoil.identity import queries as identity_queries


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed (a word of the notice `security_changed`), in words where, and the address it is told to."""

    what: str
    device: str
    login_ref: str
    to_email: str = ""


def run(*, actor: Actor, now: datetime, change: Change) -> None:
    """Record it and tell the owner. An address that was changed is told as well as the one in its place."""
    login = identity_queries.get_login(public_id=change.login_ref)
    addresses = dict.fromkeys([change.to_email or login.email, login.email])
    with db.transaction():
        audit_operations.record(
            actor=actor,
            biller_id=audit_operations.INSTALLATION,
            action="login.security_changed",
            object_ref=change.login_ref,
            details={"what": change.what},
            now=now,
        )
        for address in addresses:
            own_notices.queue(
                now=now,
                key="security_changed",
                login=login,
                data={"what": change.what, "device": change.device or "?", "link": "/profile/"},
                to_email=address,
                nth=f"{change.what}:{address}",
            )
