"""Who is asked to share or to help: a payer of the biller, found or made, and the link that person gets.

An address alone opens nothing: a payer that staff keep under it is not handed to whoever reads that mailbox. Only
somebody whose login acts already for a payer of that same address is met again; everybody else becomes a payer of
their own, with an invitation like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors, sensitive
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.payers import create_payer, invitations
from counterfoil.identity import queries as identity_queries
from counterfoil.payers import (
    access_queries as payer_access,
    operations as payer_operations,
    queries as payer_queries,
)
from counterfoil.payers.drafts import NewInvitation, NewPayer
from counterfoil.payers.queries import PayerRow
from counterfoil.payers.states import InvitationState
from counterfoil.sharing import queries as sharing_queries

# A person of their own: sees and pays what is shared with them, saves methods, sets up autopay.
PROFILE = "billing"
PAGE = "/sharing/"
MOST_STANDING = 30


@dataclass(frozen=True, slots=True)
class Person:
    """The payer that somebody acts for, and where the message to them leads."""

    payer: PayerRow
    path: str


def is_on(biller: BillerRow) -> bool:
    """Tell whether payers of this biller may share and give access: a setting, never where a collector bills."""
    return biller.portal.portal_on and biller.portal.sharing and not biller.collector_mode


def demand(*, actor: Actor, biller: BillerRow, payer_id: int, name: str, email: str) -> None:
    """Refuse what nobody should be asked.

    :raises errors.NotPermitted: the user profile or the biller does not allow sharing.
    :raises errors.Invalid: no name, no address, or the payer's own.
    """
    actor.demand_payer("share", payer_id=payer_id)
    if not is_on(biller):
        raise errors.NotPermitted(_("Sharing is not open here."))
    if not name.strip():
        raise errors.Invalid(_("Enter the person's name."), field="name")
    if sensitive.find(name) is not None:
        message = _("This looks like a card, account or Social Security number. Please leave it out.")
        raise errors.Invalid(message, field="name")
    create_payer.demand_email(email)
    login = identity_queries.find_by_email(email=email)
    if login is not None and login.id == actor.login_id:
        raise errors.Invalid(_("This is your own address. Enter the other person's."), field="email")
    shares = [row for row in sharing_queries.list_shares(actor=actor) if row.is_standing]
    if len(shares) >= MOST_STANDING:
        raise errors.Invalid(_("You share with many people already. End one of these first."))


def find_or_make(
    *, actor: Actor, now: datetime, biller: BillerRow, payer: PayerRow, name: str, email: str
) -> Person:
    """Return the person at this address; made a payer and invited where nobody is known. In a transaction."""
    address = identity_queries.normalize_email(email)
    joined = _joined(biller, payer, address)
    if joined is not None:
        return Person(joined, PAGE)
    asked_id = sharing_queries.find_person(payer_id=payer.id, email=address)
    if asked_id is None:
        new = NewPayer(name=name.strip(), email=address, locale=payer.locale)
        [asked_id] = payer_operations.create_payers(biller_id=biller.id, new=[new], now=now)
    [person] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[asked_id])
    return Person(person, _invite(actor, now, person))


def _joined(biller: BillerRow, payer: PayerRow, address: str) -> PayerRow | None:
    """Return the payer of that address for whom the login of that address acts."""
    login = identity_queries.find_by_email(email=address)
    if login is None:
        return None
    ids = [g.payer_id for g in payer_access.list_grants(login_id=login.id) if g.biller_id == biller.id]
    rows = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=ids)
    return next((row for row in rows if row.email == address and row.id != payer.id), None)


def _invite(actor: Actor, now: datetime, person: PayerRow) -> str:
    """Invite the person, or send the open invitation anew; return the path of its link. The old link ends."""
    access = payer_access.get_access(actor=OPERATOR, payer_public_id=person.public_id)
    if access.accesses:
        return PAGE
    before = access.invitation
    if before is not None and before.state(now) in {InvitationState.PENDING, InvitationState.EXPIRED}:
        row = payer_access.lock_invitation(invitation_id=before.id)
        return invitations.PATH.format(secret=payer_operations.resend(invitation=row, now=now))
    profile = payer_access.get_profile(actor=OPERATOR, biller_id=person.biller_id, key=PROFILE)
    new = NewInvitation(payer_id=person.id, profile_id=profile.id, email=person.email, by_ref=actor.ref)
    public_id, secret = payer_operations.invite(biller_id=person.biller_id, new=new, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=person.biller_id,
        action="invitation.sent",
        object_ref=public_id,
        details={"payer": person.public_id, "by": "payer"},
        now=now,
    )
    return invitations.PATH.format(secret=secret)
