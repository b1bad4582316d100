"""The operator lets a member of staff back in who lost password or second factor."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import hashers

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.identity import operations as identity_operations, queries as identity_queries


def run(*, actor: Actor, now: datetime, email: str, password: str) -> None:
    """Set a new password and forget the second factor; the next sign-in sets up another one.

    :raises errors.NotPermitted: only the operator, at the machine itself, does this.
    :raises errors.NotFound: no login of that address with a role anywhere.
    """
    if actor.kind != ActorKind.OPERATOR:
        raise errors.NotPermitted("Only the operator of this installation does this.")
    login = identity_queries.find_by_email(email=email)
    if login is None or not identity_queries.has_staff_role(login_id=login.id):
        raise errors.NotFound("staff")
    password_hash = hashers.make_password(password)
    with db.transaction():
        identity_operations.set_password(login_id=login.id, password_hash=password_hash)
        removed = identity_operations.forget_second_factors(login_id=login.id)
        audit_operations.record(
            actor=actor,
            biller_id=audit_operations.INSTALLATION,
            action="staff.recovered",
            object_ref=login.public_id,
            details={"second_factors_removed": removed},
            now=now,
        )
