"""A payer's contact data change, by staff or by the payer. Who can sign in does not change by it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors, phones
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.flows.payers import create_payer
from counterfoil.identity import permissions
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import (
    operations as payer_operations,
    permissions as portal_permissions,
    queries as payer_queries,
)
from counterfoil.payers.queries import PayerRow

# What is told to the address there was and the one there is: a thief changes these first.
TOLD: Final[tuple[str, ...]] = ("name", "email", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What a payer is called, and how to reach them."""

    name: str
    email: str
    phone: str
    locale: str
    invoice_preference: str


def run(*, actor: Actor, now: datetime, payer_ref: str, contact: Contact) -> PayerRow:
    """Change it, and note which parts changed; nothing is written where nothing did. Return the payer.

    The address there was and the one there is are told.

    :raises errors.NotFound: the payer is not the actor's to see.
    :raises errors.NotPermitted: the role or the user profile does not allow it.
    :raises errors.Invalid: no name, something that is no e-mail address or phone number, or a language we do not
        speak; `field` names it.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=payer_ref)
    _demand(actor, payer)
    if not contact.name.strip():
        raise errors.Invalid(_("A payer needs a name."), field="name")
    if contact.email:
        create_payer.demand_email(contact.email)
    if contact.locale not in dict(settings.LANGUAGES):
        raise errors.Invalid(_("We do not speak this language."), field="locale")
    if contact.phone != payer.phone:
        contact = replace(contact, phone=phones.normal(contact.phone))
    changed = sorted(name for name, value in asdict(contact).items() if value != getattr(payer, name))
    if not changed:
        return payer
    with db.transaction():
        payer_operations.change_contact(payer_id=payer.id, values=asdict(contact))
        audit_operations.record(
            actor=actor,
            biller_id=payer.biller_id,
            action="payer.changed",
            object_ref=payer.public_id,
            # Which, not what: the log keeps no contact data.
            details={"changed": changed},
            now=now,
        )
        after = payer_queries.get_payer(actor=actor, public_id=payer_ref)
        told = [part for part in TOLD if part in changed]
        if told:
            notice_operations.queue_many(_notices(actor, payer, after, told, now), now=now)
    return after


def _demand(actor: Actor, payer: PayerRow) -> None:
    if actor.kind == ActorKind.PAYER:
        # Who may only look does not move where bills go.
        actor.demand_payer(portal_permissions.PAY, payer_id=payer.id)
    else:
        actor.demand_staff(permissions.EDIT_PAYERS, biller_id=payer.biller_id)


def _notices(
    actor: Actor, before: PayerRow, after: PayerRow, told: list[str], now: datetime
) -> list[NewNotice]:
    biller = biller_queries.get(biller_id=after.biller_id)
    addresses = dict.fromkeys(address for address in (before.email, after.email) if address)
    return [
        NewNotice(
            biller_id=after.biller_id,
            key="contact_changed",
            to_email=address,
            payer_id=after.id,
            locale=after.locale,
            zone=biller.zone,
            data={
                "biller": {"name": biller.name, "phone": biller.phone},
                "payer_name": after.name,
                "changed": told,
                "at": now.isoformat(),
                "by": "payer" if actor.kind == ActorKind.PAYER else "staff",
                "link": "/profile/",
            },
            subject_ref=after.public_id,
            once=f"contact_changed:{after.public_id}:{now.isoformat()}:{address}",
        )
        for address in addresses
    ]
