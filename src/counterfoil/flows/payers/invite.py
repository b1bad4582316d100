"""Staff invite a payer to the portal by e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.payers import create_payer, invitations
from counterfoil.identity import permissions
from counterfoil.payers import (
    access_queries as payer_access,
    operations as payer_operations,
    queries as payer_queries,
)
from counterfoil.payers.drafts import NewInvitation
from counterfoil.payers.rows import InvitationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Whom to invite, where, as what; `may_see_confirmed` is staff's word that this person may see the bills."""

    payer_ref: str
    email: str
    profile_key: str
    may_see_confirmed: bool


def run(*, actor: Actor, now: datetime, invite: Invite) -> InvitationRow:
    """Make the invitation and queue its message; the link lives thirty days.

    :raises errors.NotFound: the payer or the user profile is not the actor's to see.
    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: without the confirmation, without an address, or invited already.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=invite.payer_ref)
    actor.demand_staff(permissions.INVITE_PAYERS, biller_id=payer.biller_id)
    if not invite.may_see_confirmed:
        message = _("Confirm that this person may see the billing data of this account.")
        raise errors.Invalid(message, code="may_see_not_confirmed", field="may_see_confirmed")
    create_payer.demand_email(invite.email)
    with db.transaction():
        profile = payer_access.get_profile(actor=actor, biller_id=payer.biller_id, key=invite.profile_key)
        new = NewInvitation(payer_id=payer.id, profile_id=profile.id, email=invite.email, by_ref=actor.ref)
        public_id, secret = payer_operations.invite(biller_id=payer.biller_id, new=new, now=now)
        invitation = payer_access.get_invitation(actor=OPERATOR, public_id=public_id)
        invitations.send(invitation=invitation, secret=secret, now=now)
        invitations.record(actor=actor, action="invitation.sent", invitation=invitation, now=now)
    return invitation
