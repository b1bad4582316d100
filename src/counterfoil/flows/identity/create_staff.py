"""Somebody joins a biller's staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model, hashers, password_validation
from django.core.exceptions import ValidationError

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.identity import (
    operations as identity_operations,
    permissions,
    queries as identity_queries,
)
from counterfoil.identity.queries import LoginRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """Who joins, and as what. `password` is for a login that does not exist yet."""

    email: str
    name: str
    role: str
    password: str = field(default="", repr=False)


def run(*, actor: Actor, now: datetime, biller_id: int, new: NewStaff) -> LoginRow:
    """Give a login a role at the biller; make the login when the address has none. Return it.

    A login that exists keeps its password: nobody else ever sets it.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: no such role, or a password that is too short, common or like the address.
    """
    actor.demand_staff(permissions.MANAGE_STAFF, biller_id=biller_id)
    if new.role not in permissions.ROLES:
        raise errors.Invalid("There is no such role.", field="role")
    known = identity_queries.find_by_email(email=new.email)
    password_hash = "" if known else _hashed(new)
    with db.transaction():
        if known is None:
            made = identity_operations.create_login(
                email=new.email, name=new.name, password_hash=password_hash, now=now
            )
            identity_operations.mark_verified(login_id=made.pk, email=new.email)
            known = identity_queries.get_login(public_id=made.public_id)
        identity_operations.set_role(login_id=known.id, biller_id=biller_id, role=new.role, now=now)
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="staff.joined",
            object_ref=known.public_id,
            details={"role": new.role},
            now=now,
        )
    return known


def _hashed(new: NewStaff) -> str:
    try:
        # The validators compare with what the person is called; this row is never saved.
        person = get_user_model()(email=new.email, name=new.name)
        password_validation.validate_password(new.password, person)
    except ValidationError as error:
        raise errors.Invalid(" ".join(error.messages), field="password") from None
    return hashers.make_password(new.password)
