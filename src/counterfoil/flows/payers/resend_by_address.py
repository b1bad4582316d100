"""The question "Did not get your invitation?": somebody asks for it by typing an address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.payers import resend_invitation
from counterfoil.identity import queries as identity_queries
from counterfoil.payers import access_queries as payer_access

# Whoever types somebody's address can fill no mailbox with it.
NOT_BEFORE: Final = timedelta(minutes=10)


def run(*, actor: Actor, now: datetime, email: str) -> None:
    """Send every open invitation to this address again, to this address only.

    Says nothing of whether there was one: the page has the same answer for every address.
    """
    address = identity_queries.normalize_email(email)
    for invitation in payer_access.list_invitations_to(email=address):
        if now - invitation.sent_at < NOT_BEFORE:
            continue
        with db.transaction():
            resend_invitation.again(actor=actor, now=now, invitation=invitation)
