"""An invitation is finished: by registering, or by adding it to a login there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from counterfoil.core import db, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.core.states import IllegalTransition
from counterfoil.flows.payers import invitations
from counterfoil.identity import operations as identity_operations, queries as identity_queries
from counterfoil.payers import access_queries as payer_access, operations as payer_operations
from counterfoil.payers.rows import InvitationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a person typed to register. `row` is the unsaved login that the sign-in library wants back."""

    email: str
    password_hash: str = field(repr=False)
    locale: str = ""
    row: Any = None


def run(*, actor: Actor, now: datetime, secret: str) -> InvitationRow:
    """Let the signed-in login act for the payer who was invited.

    :raises errors.NotPermitted: nobody is signed in, or the invitation went to another address.
    :raises errors.Stale: it is used, revoked, expired, or was sent anew.
    """
    if actor.login_id is None:
        raise errors.NotPermitted(_("Please log in first."))
    found = _find(secret)
    login = identity_queries.get_login(public_id=actor.ref)
    _demand_same(found, login.email)
    with db.transaction():
        _use(found, login_id=actor.login_id, now=now)
        invitations.record(actor=actor, action="invitation.used", invitation=found, now=now)
    return found


def register(*, actor: Actor, now: datetime, secret: str, registration: Registration) -> Any:
    """Make the login and let it act for the payer, both or neither; return the login's row.

    The address counts as proved: the link came by mail to it.

    :raises errors.NotPermitted: the invitation went to another address.
    :raises errors.Invalid: the address has a login already.
    :raises errors.Stale: it is used, revoked, expired, or was sent anew.
    """
    found = _find(secret)
    _demand_same(found, registration.email)
    with db.transaction():
        login = identity_operations.create_login(
            email=registration.email,
            name=found.payer_name,
            password_hash=registration.password_hash,
            locale=registration.locale,
            now=now,
            login=registration.row,
        )
        if registration.row is None:
            # The sign-in library notes the address of a row it handed out itself.
            identity_operations.mark_verified(login_id=login.pk, email=registration.email)
        _use(found, login_id=login.pk, now=now)
        by = Actor(
            kind=ActorKind.PAYER,
            ref=login.public_id,
            login_id=login.pk,
            ip=actor.ip,
            user_agent=actor.user_agent,
            request_id=actor.request_id,
        )
        invitations.record(actor=by, action="login.registered", invitation=found, now=now)
    return login


def _find(secret: str) -> InvitationRow:
    found = payer_access.find_invitation(secret=secret)
    if found is None:
        raise errors.Stale(_("This link does not work any more. Please ask for a new one."))
    return found


def _demand_same(found: InvitationRow, email: str) -> None:
    if identity_queries.normalize_email(email) != found.email:
        message = _("Use the e-mail address that received the invitation.")
        raise errors.NotPermitted(message, field="email")


def _use(found: InvitationRow, *, login_id: int, now: datetime) -> None:
    row = payer_access.lock_invitation(invitation_id=found.id)
    try:
        payer_operations.use(invitation=row, login_id=login_id, now=now)
    except IllegalTransition:
        raise errors.Stale(_("This invitation was used, revoked, or has expired.")) from None
