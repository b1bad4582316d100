"""Staff send an invitation again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.core.states import IllegalTransition
from counterfoil.flows.payers import invitations
from counterfoil.identity import permissions
from counterfoil.payers import access_queries as payer_access, operations as payer_operations
from counterfoil.payers.rows import InvitationRow


def run(*, actor: Actor, now: datetime, invitation_ref: str) -> InvitationRow:
    """Give the invitation a fresh link for thirty days more and queue its message; return it.

    :raises errors.NotFound: it is not the actor's to see.
    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Stale: it was finished or revoked meanwhile.
    """
    found = payer_access.get_invitation(actor=actor, public_id=invitation_ref)
    actor.demand_staff(permissions.INVITE_PAYERS, biller_id=found.biller_id)
    with db.transaction():
        return again(actor=actor, now=now, invitation=found)


def again(*, actor: Actor, now: datetime, invitation: InvitationRow) -> InvitationRow:
    """Send one invitation again, inside the caller's transaction.

    :raises errors.Stale: it was finished or revoked meanwhile.
    """
    row = payer_access.lock_invitation(invitation_id=invitation.id)
    try:
        secret = payer_operations.resend(invitation=row, now=now)
    except IllegalTransition:
        raise errors.Stale(_("This invitation was finished or revoked meanwhile.")) from None
    fresh = payer_access.get_invitation(actor=OPERATOR, public_id=invitation.public_id)
    invitations.send(invitation=fresh, secret=secret, now=now)
    invitations.record(actor=actor, action="invitation.resent", invitation=fresh, now=now)
    return fresh
