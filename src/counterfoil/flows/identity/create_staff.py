"""Somebody joins a biller's staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model, hashers, password_validation
from django.core.exceptions import ValidationError

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.identity import (
    operations as identity_operations,
    permissions,
    queries as identity_queries,
)
from counterfoil.identity.queries import LoginRow
from counterfoil.notices import operations as notice_operations


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """Who joins, and as what. `password` is for a login that does not exist yet, unless it `is_invited`:

    then a link in a mail lets its owner choose one.
    """

    email: str
    name: str
    role: str
    password: str = field(default="", repr=False)
    is_invited: bool = False


def run(*, actor: Actor, now: datetime, biller_id: int, new: NewStaff) -> LoginRow:
    """Give a login a role at the biller; make the login when the address has none. Return it.

    A login that exists keeps its password: nobody else ever sets it. Who is invited gets a mail: to choose a
    password, or, where the login exists, to log in.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: no such role, or a password that is too short, common or like the address.
    """
    actor.demand_staff(permissions.MANAGE_STAFF, biller_id=biller_id)
    if new.role not in permissions.ROLES:
        raise errors.Invalid("There is no such role.", field="role")
    known = identity_queries.find_by_email(email=new.email)
    is_new = known is None
    password_hash = _hashed(new) if is_new else ""
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
        if new.is_invited:
            _invite(known, biller_id=biller_id, is_new=is_new, now=now)
    return known


def _invite(login: LoginRow, *, biller_id: int, is_new: bool, now: datetime) -> None:
    biller = biller_queries.get(biller_id=biller_id)
    link = identity_queries.password_path(login_id=login.id) if is_new else "/accounts/login/"
    notice_operations.queue(
        now=now,
        biller_id=biller_id,
        key="staff_invitation",
        to_email=login.email,
        locale=login.locale or "en",
        zone=biller.zone,
        data={
            "biller": {"name": biller.name, "phone": biller.phone},
            "name": login.name or login.email,
            "is_new": "yes" if is_new else "no",
            "link": link,
        },
        subject_ref=login.public_id,
        once=f"staff_invitation:{login.public_id}:{biller_id}:{now.isoformat()}",
    )


def _hashed(new: NewStaff) -> str:
    if new.is_invited:
        return hashers.make_password(None)
    try:
        # The validators compare with what the person is called; this row is never saved.
        person = get_user_model()(email=new.email, name=new.name)
        password_validation.validate_password(new.password, person)
    except ValidationError as error:
        raise errors.Invalid(" ".join(error.messages), field="password") from None
    return hashers.make_password(new.password)
