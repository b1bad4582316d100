"""The person who was asked accepts a share, or declines it.

How it fails: the bill was paid or shared with another meanwhile (what was shown is compared under lock with what it
comes to now, and refused where it differs); a second click (it is accepted already: nothing more happens); the offer
withdrawn at the same moment (both hold the account; the later one finds it ended).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.invoices import apply_credit, divide
from counterfoil.flows.sharing import notify, people
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.drafts import NewLink
from counterfoil.sharing import operations as sharing_operations, queries as sharing_queries, states
from counterfoil.sharing.queries import ShareRow


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody was asked for: the share, what it comes to now on each bill (due date first), and in all."""

    share: ShareRow
    parts: tuple[tuple[str, int], ...]
    amount_minor: int


def look(*, actor: Actor, ref: str) -> Asked:
    """Return what a share comes to now. Moves nothing.

    :raises errors.NotFound: not one the actor gave or was asked for.
    """
    share = sharing_queries.get_share(actor=actor, public_id=ref)
    if share.status != states.OFFERED:
        return Asked(share, (), 0)
    amounts = divide.preview(actor=OPERATOR, invoice_ids=_invoice_ids(share), share=share)
    rows = invoice_queries.list_by_ids(actor=OPERATOR, invoice_ids=amounts)
    parts = tuple((row.due_on.isoformat(), amounts[row.id]) for row in rows if amounts[row.id])
    return Asked(share, parts, sum(amount for _day, amount in parts))


def accept(*, actor: Actor, now: datetime, ref: str, seen_minor: int) -> None:
    """Take the share: from now on it is the sharer's to pay, and no more the addressee's.

    :raises errors.NotFound: the actor was not asked.
    :raises errors.Stale: it was withdrawn or answered, or comes to something else than was shown.
    """
    share = _asked(actor, ref)
    biller = biller_queries.get(biller_id=share.biller_id)

    def work() -> None:
        payer_queries.lock_accounts(account_ids=[share.account_id])
        row = sharing_queries.lock_share(share_id=share.id)
        if row.status == states.ACCEPTED:
            return
        _demand_open(row.status, biller)
        invoices = invoice_queries.lock(invoice_ids=_invoice_ids(share))
        taken = divide.take(invoices=invoices, share=share, now=now)
        if share.invoice_id is not None and not taken:
            raise errors.Stale(
                _("This bill is paid, or others pay all of it. Nothing is left for you to pay.")
            )
        if taken != seen_minor:
            raise errors.Stale(_("The amount changed since you looked. Please check it again."))
        _join(share)
        event = sharing_operations.move_share(share=row, to=states.ACCEPTED, by_ref=actor.ref, now=now)
        _tell(actor, now, share, biller, event, taken)

    db.in_transaction(work)
    apply_credit.run(actor=actor, now=now, payer_id=share.sharer_id, account_id=share.account_id)


def decline(*, actor: Actor, now: datetime, ref: str) -> None:
    """Say no: everything stays with the addressee, who is told.

    :raises errors.NotFound: the actor was not asked.
    :raises errors.Stale: it was answered otherwise.
    """
    share = _asked(actor, ref)
    biller = biller_queries.get(biller_id=share.biller_id)

    def work() -> None:
        payer_queries.lock_accounts(account_ids=[share.account_id])
        row = sharing_queries.lock_share(share_id=share.id)
        if row.status == states.DECLINED:
            return
        if row.status != states.OFFERED:
            raise errors.Stale(_("This was answered already. Please look again."))
        event = sharing_operations.move_share(share=row, to=states.DECLINED, by_ref=actor.ref, now=now)
        _tell(actor, now, share, biller, event, 0)

    db.in_transaction(work)


def _asked(actor: Actor, ref: str) -> ShareRow:
    share = sharing_queries.get_share(actor=actor, public_id=ref)
    actor.demand_payer("see_invoices", payer_id=share.sharer_id)
    return share


def _demand_open(status: str, biller: BillerRow) -> None:
    if status != states.OFFERED:
        raise errors.Stale(_("This offer has ended. Please look again."))
    if not people.is_on(biller):
        raise errors.Stale(_("Sharing is not open here any more."))


def _invoice_ids(share: ShareRow) -> list[int]:
    if share.invoice_id is not None:
        return [share.invoice_id]
    return invoice_queries.open_ids(pairs={(share.account_id, share.payer_id)})


def _join(share: ShareRow) -> None:
    """Make the sharer a payer of the account: the sums of what the sharer owes stand there."""
    if not payer_queries.has_link(account_id=share.account_id, payer_id=share.sharer_id):
        new = NewLink(account_id=share.account_id, payer_id=share.sharer_id, is_default=False)
        payer_operations.link_many(biller_id=share.biller_id, new=[new])
    payer_operations.note_parts(payer_id=share.sharer_id)


def _tell(actor: Actor, now: datetime, share: ShareRow, biller: BillerRow, event: str, taken: int) -> None:
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[share.payer_id])
    notify.queue(
        now=now,
        key=event.replace(".", "_"),
        biller=biller,
        to=payer,
        subject_ref=share.public_id,
        data=notify.of_share(share, amount_minor=taken),
    )
    audit_operations.record(
        actor=actor,
        biller_id=biller.id,
        action=event,
        object_ref=share.public_id,
        details={"amount_minor": taken},
        now=now,
    )
