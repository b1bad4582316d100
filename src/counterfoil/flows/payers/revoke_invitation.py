"""Staff take an invitation back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.core.states import IllegalTransition
from counterfoil.flows.payers import invitations
from counterfoil.identity import permissions
from counterfoil.payers import access_queries as payer_access, operations as payer_operations


def run(*, actor: Actor, now: datetime, invitation_ref: str) -> None:
    """End the invitation; its link opens nothing any more.

    :raises errors.NotFound: it is not the actor's to see.
    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Stale: it was finished or revoked meanwhile.
    """
    found = payer_access.get_invitation(actor=actor, public_id=invitation_ref)
    actor.demand_staff(permissions.INVITE_PAYERS, biller_id=found.biller_id)
    with db.transaction():
        row = payer_access.lock_invitation(invitation_id=found.id)
        try:
            payer_operations.revoke(invitation=row, now=now)
        except IllegalTransition:
            raise errors.Stale(_("This invitation was finished or revoked meanwhile.")) from None
        invitations.record(actor=actor, action="invitation.revoked", invitation=found, now=now)
