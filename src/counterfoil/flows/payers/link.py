"""Staff say who pays for an account."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.identity import permissions
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.drafts import NewLink


def run(*, actor: Actor, now: datetime, new: NewLink) -> None:
    """Link the payer to the account; as its default, in place of the one it had, unless `is_default` is off.

    :raises errors.NotFound: the account or the payer is not the actor's to see, or they are of two billers.
    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: they are linked already.
    """
    with db.transaction():
        accounts = payer_queries.list_accounts_by_ids(actor=actor, account_ids=[new.account_id])
        payers = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[new.payer_id])
        if not accounts or not payers or accounts[0].biller_id != payers[0].biller_id:
            raise errors.NotFound("account or payer")
        biller_id = accounts[0].biller_id
        actor.demand_staff(permissions.EDIT_PAYERS, biller_id=biller_id)
        payer_queries.lock_accounts(account_ids=[new.account_id])
        if payer_queries.has_link(account_id=new.account_id, payer_id=new.payer_id):
            raise errors.Invalid(_("This person pays for this account already."), field="payer")
        if new.is_default:
            payer_operations.undo_default(account_id=new.account_id)
        payer_operations.link_many(biller_id=biller_id, new=[new])
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="payer.linked",
            object_ref=accounts[0].public_id,
            details={"payer": payers[0].public_id, "relation": new.relation, "is_default": new.is_default},
            now=now,
        )
