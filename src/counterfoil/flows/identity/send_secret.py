"""A login's owner is sent what proves who they are: a code to type in, or the link to a new password."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.flows.identity import own_notices
from counterfoil.identity import queries as identity_queries
from counterfoil.notices import operations as notice_operations, registry

NOBODY: Final = "nobody@example.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What goes where, by which notice. `device` is the browser that asked, in words."""

    key: str
    login_ref: str
    to_email: str
    good_for: timedelta
    device: str
    locale: str
    value: str = field(repr=False)


class _Rehearsed(Exception):
    """Everything was done, and nothing is to stay."""


def run(*, now: datetime, secret: Secret) -> None:
    """Queue the message. The worker sends it before others, and not at all once it is of no use any more.

    :raises errors.NotFound: no such login.
    """
    login = identity_queries.get_login(public_id=secret.login_ref)
    with db.transaction():
        own_notices.queue(
            now=now,
            key=secret.key,
            login=replace(login, locale=secret.locale or login.locale),
            data=_data(secret, now),
            to_email=secret.to_email,
        )


def rehearse(*, now: datetime, secret: Secret) -> None:
    """Do as much for an address that has no login, and leave nothing: the time it takes tells nobody who has one."""
    own_notices.find_home(login_id=0)
    face = {"biller": {"name": "-", "phone": "-"}, "name": "-", "at": now.isoformat()}
    with suppress(_Rehearsed), db.transaction():
        notice_operations.queue(
            now=now,
            biller_id=audit_operations.INSTALLATION,
            key=secret.key,
            to_email=NOBODY,
            locale=secret.locale,
            zone="UTC",
            data=face | _data(secret, now),
            subject_ref="nobody",
            once=f"rehearsed:{now.isoformat()}",
        )
        raise _Rehearsed


def _data(secret: Secret, now: datetime) -> dict[str, Any]:
    [token] = registry.get(secret.key).secrets
    return {
        "device": secret.device,
        "until": (now + secret.good_for).isoformat(),
        token: secret.value,
    }
