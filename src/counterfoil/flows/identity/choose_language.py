"""A signed-in person chooses a language."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.identity import operations as identity_operations


def run(*, actor: Actor, now: datetime, locale: str) -> None:
    """Remember it for every machine they use.

    :raises errors.Invalid: a language we do not speak.
    :raises errors.NotPermitted: nobody is signed in.
    """
    if actor.login_id is None:
        raise errors.NotPermitted(_("Please log in first."))
    if locale not in dict(settings.LANGUAGES):
        raise errors.Invalid(_("There is no such language."), field="locale")
    with db.transaction():
        identity_operations.set_locale(login_id=actor.login_id, locale=locale)
        audit_operations.record(
            actor=actor,
            biller_id=audit_operations.INSTALLATION,
            action="login.language_chosen",
            object_ref=actor.ref,
            details={"locale": locale},
            now=now,
        )
