"""Writes to logins and staff roles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from counterfoil.core import db, errors, ids
from counterfoil.identity import queries
from counterfoil.identity.models import Login, StaffRole


def create_login(
    *, email: str, name: str, password_hash: str, locale: str = "", now: datetime, login: Login | None = None
) -> Login:
    """Make a login whose address is proved; `login` is an unsaved one to fill, as allauth hands out.

    :raises errors.Invalid: the address has a login already.
    """
    db.demand_transaction()
    address = queries.normalize_email(email)
    if Login.objects.filter(email=address).exists():
        raise errors.Invalid(_("This e-mail address has a login already."), code="email_taken", field="email")
    made = login or Login()
    made.public_id = ids.new("login")
    made.email, made.name, made.locale = address, name.strip(), locale
    made.password, made.created_at, made.is_active = password_hash, now, True
    made.save(force_insert=True)
    return made


def mark_verified(*, login_id: int, email: str) -> None:
    """Note that the login's address is its own: allauth keeps that in a table of its own."""
    db.demand_transaction()
    EmailAddress.objects.update_or_create(
        user_id=login_id,
        email=queries.normalize_email(email),
        defaults={"primary": True, "verified": True},
    )


def set_role(*, login_id: int, biller_id: int, role: str, now: datetime) -> None:
    """Give a login a role at a biller, in place of the one it had there."""
    db.demand_transaction()
    StaffRole.objects.update_or_create(
        login_id=login_id,
        biller_id=biller_id,
        defaults={"role": role, "is_active": True},
        create_defaults={"role": role, "is_active": True, "created_at": now},
    )


def set_password(*, login_id: int, password_hash: str) -> None:
    """Put another password hash; every other session of the login ends with it."""
    db.demand_transaction()
    Login.objects.filter(pk=login_id).update(password=password_hash)


def set_locale(*, login_id: int, locale: str) -> None:
    """Remember the language a person chose."""
    db.demand_transaction()
    Login.objects.filter(pk=login_id).update(locale=locale)


def forget_second_factors(*, login_id: int) -> int:
    """Remove a lost second factor, with its recovery codes; return how many there were."""
    db.demand_transaction()
    return int(Authenticator.objects.filter(user_id=login_id).delete()[0])


def note_seen(*, session_key: str, now: datetime) -> None:
    """Note when a session was last used, for the page that lists them."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


def end_sessions(*, login_id: int, refs: Collection[str]) -> int:
    """Log a login out of these sessions, at once; return how many there were."""
    db.demand_transaction()
    ended = 0
    for session in UserSession.objects.filter(user_id=login_id):
        if queries.session_ref(session.session_key) in refs:
            session.end()
            ended += 1
    return ended
