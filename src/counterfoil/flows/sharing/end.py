"""A share is ended in one tap, by either side or by staff.

How it fails: a payment of the sharer is on its way (it stays the sharer's until its outcome, and pays; what it does
not pay is the addressee's again); a second click (it has ended: nothing more happens); a return later (the share has
ended, so the addressee owes it); a bill issued at the same moment (both hold the account).
"""

from __future__ import annotations

from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor, ActorKind
from counterfoil.flows.invoices import apply_credit
from counterfoil.flows.sharing import notify
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.sharing import operations as sharing_operations, queries as sharing_queries, states
from counterfoil.sharing.queries import ShareRow


def run(*, actor: Actor, now: datetime, ref: str) -> None:
    """End it: what is not paid and not on its way is the addressee's again; what was paid stays paid.

    :raises errors.NotFound: not one the actor gave or was asked for.
    :raises errors.NotPermitted: the user profile, or the role, does not allow it.
    """
    share = sharing_queries.get_share(actor=actor, public_id=ref)
    _demand(actor, share)
    db.in_transaction(lambda: _end(actor, now, share))
    apply_credit.run(actor=actor, now=now, payer_id=share.payer_id, account_id=share.account_id)


def of_invoice(*, actor: Actor, now: datetime, invoice_id: int) -> None:
    """End the shares of one invoice, in the transaction of who locked it and ended its parts, and tells of that.

    Who was asked and has not answered is told here.
    """
    for share in sharing_queries.list_shares(actor=OPERATOR, invoice_id=invoice_id):
        if not share.is_standing:
            continue
        row = sharing_queries.lock_share(share_id=share.id)
        event = sharing_operations.move_share(share=row, to=states.ENDED, by_ref=actor.ref, now=now)
        audit_operations.record(
            actor=actor,
            biller_id=share.biller_id,
            action=event,
            object_ref=share.public_id,
            details={"given_back_minor": 0},
            now=now,
        )
        if share.status == states.OFFERED:
            _tell(actor, now, share, 0, only_sharer=True)


def _demand(actor: Actor, share: ShareRow) -> None:
    if actor.kind != ActorKind.PAYER:
        actor.demand_staff("edit_payers", biller_id=share.biller_id)
        return
    if not actor.may_as_payer("share", payer_id=share.payer_id) and share.sharer_id not in actor.payer_ids():
        raise errors.NotPermitted("share")


def _end(actor: Actor, now: datetime, share: ShareRow) -> None:
    payer_queries.lock_accounts(account_ids=[share.account_id])
    row = sharing_queries.lock_share(share_id=share.id)
    if row.status not in states.STANDING:
        return
    invoices = invoice_queries.lock(invoice_ids=invoice_queries.ids_of_share(share_ref=share.public_id))
    parts = invoice_queries.parts_of(invoices=invoices)
    given_back = [part for part in parts.values() if part.share_ref == share.public_id and part.is_live]
    back = sum(max(part.agreed_minor - part.paid_minor - part.pending_minor, 0) for part in given_back)
    for part in given_back:
        invoice_operations.end_part(part=part)
    invoice_operations.save_parts(parts=given_back)
    was_offered = row.status == states.OFFERED
    event = sharing_operations.move_share(share=row, to=states.ENDED, by_ref=actor.ref, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=share.biller_id,
        action=event,
        object_ref=share.public_id,
        details={"given_back_minor": back},
        now=now,
    )
    _tell(actor, now, share, back, only_sharer=was_offered)


def _tell(actor: Actor, now: datetime, share: ShareRow, back: int, *, only_sharer: bool) -> None:
    """Tell the other side; both where staff ended it."""
    biller = biller_queries.get(biller_id=share.biller_id)
    is_payers = actor.kind == ActorKind.PAYER and actor.may_as_payer("share", payer_id=share.payer_id)
    is_sharers = actor.kind == ActorKind.PAYER and share.sharer_id in actor.payer_ids()
    told = {share.sharer_id} if not is_sharers else set()
    told |= {share.payer_id} if not is_payers and not only_sharer else set()
    for payer in payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=told):
        data = notify.of_share(share) | {
            "given_back_minor": back,
            "is_addressee": payer.id == share.payer_id,
        }
        notify.queue(
            now=now, key="share_ended", biller=biller, to=payer, subject_ref=share.public_id, data=data
        )
