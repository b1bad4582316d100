"""Staff open a billing account."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.identity import permissions
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.drafts import NewAccount
from counterfoil.payers.queries import AccountRow


def run(*, actor: Actor, now: datetime, biller_id: int, new: NewAccount) -> AccountRow:
    """Make the account and return it.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: the number is taken, or something is missing.
    """
    actor.demand_staff(permissions.EDIT_PAYERS, biller_id=biller_id)
    if not new.number.strip() or not new.holder_name.strip():
        raise errors.Invalid(_("An account needs a number and a name."), field="number")
    with db.transaction():
        if payer_queries.find_account(actor=actor, biller_id=biller_id, number=new.number):
            raise errors.Invalid(_("This account number is taken."), field="number")
        made = payer_operations.create_accounts(biller_id=biller_id, new=[new], now=now)
        account = payer_queries.list_accounts_by_ids(actor=actor, account_ids=list(made.values()))[0]
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="account.created",
            object_ref=account.public_id,
            now=now,
        )
    return account
