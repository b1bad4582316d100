"""A helper's access is ended in one tap: by the payer, by the helper, or by staff.

How it fails: a payment of the helper is being born (both hold the account: it is born before, and told, or not at
all); one is on its way (it finishes); a second click (it has ended: nothing more happens).
"""

from __future__ import annotations

from datetime import datetime

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor, ActorKind
from counterfoil.flows.sharing import notify
from counterfoil.payers import queries as payer_queries
from counterfoil.sharing import operations as sharing_operations, queries as sharing_queries, states
from counterfoil.sharing.queries import HelperRow


def run(*, actor: Actor, now: datetime, ref: str) -> None:
    """End it: nothing more is seen or paid under it from this moment on.

    :raises errors.NotFound: not one the actor gave or has.
    :raises errors.NotPermitted: the user profile, or the role, does not allow it.
    """
    helper = sharing_queries.get_helper(actor=actor, public_id=ref)
    is_payers, is_helpers = _sides(actor, helper)

    def work() -> None:
        payer_queries.lock_accounts(account_ids=[helper.account_id])
        row = sharing_queries.lock_helper(helper_id=helper.id)
        if row.status == states.ENDED:
            return
        if row.authorization_id is not None:
            agreement_operations.revoke(authorization_ids=[row.authorization_id], now=now)
        event = sharing_operations.end_access(helper=row, by_ref=actor.ref, now=now)
        audit_operations.record(
            actor=actor, biller_id=helper.biller_id, action=event, object_ref=helper.public_id, now=now
        )
        told = {helper.helper_id} if not is_helpers else set()
        told |= {helper.payer_id} if not is_payers else set()
        _tell(now, helper, told)

    db.in_transaction(work)


def _sides(actor: Actor, helper: HelperRow) -> tuple[bool, bool]:
    if actor.kind != ActorKind.PAYER:
        actor.demand_staff("edit_payers", biller_id=helper.biller_id)
        return False, False
    is_payers = actor.may_as_payer("share", payer_id=helper.payer_id)
    is_helpers = helper.helper_id in actor.payer_ids()
    if not (is_payers or is_helpers):
        raise errors.NotPermitted("helper")
    return is_payers, is_helpers


def _tell(now: datetime, helper: HelperRow, told: set[int]) -> None:
    biller = biller_queries.get(biller_id=helper.biller_id)
    for payer in payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=told):
        data = notify.of_helper(helper) | {"is_payer": payer.id == helper.payer_id}
        notify.queue(
            now=now, key="helper_ended", biller=biller, to=payer, subject_ref=helper.public_id, data=data
        )
