"""Staff add a payer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors, phones
from counterfoil.core.actor import Actor
from counterfoil.identity import permissions
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.drafts import NewPayer
from counterfoil.payers.queries import PayerRow


def run(*, actor: Actor, now: datetime, biller_id: int, new: NewPayer) -> PayerRow:
    """Make the payer and return it. Two payers may have one name: only people can tell them apart.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: no name, or something that is no e-mail address or phone number.
    """
    actor.demand_staff(permissions.EDIT_PAYERS, biller_id=biller_id)
    if not new.name.strip():
        raise errors.Invalid(_("A payer needs a name."), field="name")
    if new.email:
        demand_email(new.email)
    new = replace(new, phone=phones.normal(new.phone))
    with db.transaction():
        made = payer_operations.create_payers(biller_id=biller_id, new=[new], now=now)
        payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=made)[0]
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="payer.created",
            object_ref=payer.public_id,
            now=now,
        )
    return payer


def demand_email(email: str) -> None:
    """Refuse what is no e-mail address.

    :raises errors.Invalid: it is none.
    """
    try:
        validate_email(email.strip())
    except ValidationError:
        raise errors.Invalid(_("Enter an e-mail address, such as name@example.com."), field="email") from None
