"""The mails of the sign-in library, sent as notices of ours: in our face, with a code that can be checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from allauth.account import app_settings
from allauth.account.internal.userkit import filter_users_by_email
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from counterfoil.core import clock
from counterfoil.flows.identity import send_secret
from counterfoil.flows.identity.send_secret import Secret

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mail:
    """Which notice stands for a mail of the library, what it brings, and for how many seconds that is good."""

    key: str
    secret: Callable[[Values], str]
    seconds: Callable[[], int]


def _code(values: Values) -> str:
    return str(values["code"])


def _reset_path(values: Values) -> str:
    """Return the path alone: the host that a visitor's request named goes into no mail."""
    given = {"uidb36": values["uid"], "key": values["key"]}
    return reverse("account_reset_password_from_key", kwargs=given)


CONFIRMATION: Final = Mail(
    "email_confirmation", _code, lambda: app_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT
)
# By the library's names.
MAILS: Final = {
    "login_code": Mail("login_code", _code, lambda: app_settings.LOGIN_BY_CODE_TIMEOUT),
    "password_reset_key": Mail("password_reset", _reset_path, lambda: settings.PASSWORD_RESET_TIMEOUT),
    "email_confirmation": CONFIRMATION,
    # Somebody who never logged in before.
    "email_confirmation_signup": CONFIRMATION,
}
# What would tell an address that it has no login, or has one already: nobody is told.
SILENT: Final = ("unknown_account", "account_already_exists")


def send(template_prefix: str, email: str, values: Values, *, device: str, locale: str) -> None:
    """Queue the notice for a mail of the library; for a silent one take as long.

    `locale` is what the reader chose a moment ago, else the login's own counts, else the page's.

    :raises KeyError: the library has a mail that we know nothing of.
    """
    name = template_prefix.rpartition("/")[2]
    is_silent = name in SILENT
    mail = MAILS["login_code" if is_silent else name]
    login = None if is_silent else values.get("user") or _owner(email)
    secret = Secret(
        key=mail.key,
        login_ref="" if login is None else login.public_id,
        to_email=email,
        good_for=timedelta(seconds=mail.seconds()),
        device=device,
        locale=locale or getattr(login, "locale", "") or get_language() or "",
        value="-" if is_silent else mail.secret(values),
    )
    (send_secret.rehearse if is_silent else send_secret.run)(now=clock.now(), secret=secret)


def _owner(email: str) -> Any:
    """Return whose login an address opens, as the library found it."""
    return filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)[0]
