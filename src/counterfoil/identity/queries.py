"""Reads of logins and staff roles."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.urls import reverse

from counterfoil.core import errors
from counterfoil.core.actor import Actor, StaffGrant
from counterfoil.identity import permissions
from counterfoil.identity.models import Login, StaffRole


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A login as others may see it."""

    id: int
    public_id: str
    email: str
    name: str
    last_login_at: datetime | None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One place where a login is signed in. `ref` names it and opens nothing."""

    ref: str
    user_agent: str
    ip: str
    began_at: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One member of a biller's staff."""

    login_public_id: str
    email: str
    name: str
    role: str
    is_active: bool
    last_login_at: datetime | None


def normalize_email(email: str) -> str:
    """Return an address as logins are known by it."""
    return email.strip().lower()


def find_by_email(*, email: str) -> LoginRow | None:
    """Return the active login with this address, if there is one. For flows: pages never tell who exists."""
    login = Login.objects.filter(email=normalize_email(email), is_active=True).first()
    return None if login is None else _row(login)


def get_login(*, public_id: str) -> LoginRow:
    """Return a login.

    :raises errors.NotFound: there is none.
    """
    login = Login.objects.filter(public_id=public_id).first()
    if login is None:
        raise errors.NotFound(public_id)
    return _row(login)


def list_emails(*, emails: Sequence[str]) -> set[str]:
    """Return which of these addresses have a login."""
    wanted = [normalize_email(email) for email in emails]
    return set(Login.objects.filter(email__in=wanted).values_list("email", flat=True))


def list_staff_grants(*, login_id: int) -> tuple[StaffGrant, ...]:
    """Return what a login may do as staff, biller by biller. One query."""
    roles = StaffRole.objects.filter(login_id=login_id, is_active=True).order_by("biller_id")
    return tuple(
        StaffGrant(biller_id=biller_id, permissions=permissions.of_role(role))
        for biller_id, role in roles.values_list("biller_id", "role")
    )


def find_former_biller(*, login_id: int) -> int | None:
    """Return the biller that a login works for or worked for last; None where there never was one."""
    found = StaffRole.objects.filter(login_id=login_id).order_by("-pk")
    return found.values_list("biller_id", flat=True).first()


def list_staff(*, actor: Actor, biller_id: int) -> list[StaffRow]:
    """Return a biller's staff, by name. Empty to who does not work there."""
    if not actor.is_system and biller_id not in actor.staff_biller_ids():
        return []
    roles = StaffRole.objects.filter(biller_id=biller_id).select_related("login")
    return [
        StaffRow(
            login_public_id=role.login.public_id,
            email=role.login.email,
            name=role.login.name,
            role=role.role,
            is_active=role.is_active,
            last_login_at=role.login.last_login,
        )
        for role in roles.order_by("login__name", "login__email")
    ]


def has_staff_role(*, login_id: int) -> bool:
    """Tell whether a login is anybody's staff."""
    return StaffRole.objects.filter(login_id=login_id, is_active=True).exists()


def has_second_factor(*, login_id: int) -> bool:
    """Tell whether a login proves itself by more than a password: one-time codes or a passkey."""
    return bool(_second_factors(login_id).exists())


def count_second_factors(*, login_id: int) -> int:
    """Return how many second factors a login has, recovery codes apart."""
    return int(_second_factors(login_id).count())


def password_path(*, login_id: int) -> str:
    """Return the address under which the login's owner chooses a password; it is good for three days, once."""
    login = Login.objects.get(pk=login_id)
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(login)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(login), "key": key}
    )


def list_sessions(*, login_id: int, this_key: str) -> list[SessionRow]:
    """Return where a login is signed in, the one that asks first, then the latest seen."""
    found = [
        SessionRow(
            ref=session_ref(session.session_key),
            user_agent=session.user_agent,
            ip=session.ip,
            began_at=session.created_at,
            last_seen_at=session.last_seen_at,
            is_this=session.session_key == this_key,
        )
        for session in UserSession.objects.filter(user_id=login_id).order_by("-last_seen_at", "pk")
        if session.exists()
    ]
    return sorted(found, key=lambda row: not row.is_this)


def session_ref(session_key: str) -> str:
    """Return a name for a session that opens nothing: its key would be as good as a password."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]


def _second_factors(login_id: int) -> Any:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user_id=login_id, type__in=kinds)


def _row(login: Login) -> LoginRow:
    return LoginRow(
        id=login.pk,
        public_id=login.public_id,
        email=login.email,
        name=login.name,
        last_login_at=login.last_login,
        locale=login.locale,
    )
