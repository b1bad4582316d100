"""Staff change a payer's contact data. Who can sign in does not change by it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payers import create_payer
from counterfoil.identity import permissions
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.queries import PayerRow


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

    :raises errors.NotFound: the payer is not the actor's to see.
    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: no name, something that is no e-mail address, or a language we do not speak.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=payer_ref)
    actor.demand_staff(permissions.EDIT_PAYERS, biller_id=payer.biller_id)
    if not contact.name.strip():
        raise errors.Invalid(_("A payer needs a name."), field="name")
    if contact.email:
        create_payer.demand_email(contact.email)
    if contact.locale not in dict(settings.LANGUAGES):
        raise errors.Invalid(_("We do not speak this language."), field="locale")
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
        return payer_queries.get_payer(actor=actor, public_id=payer_ref)
