"""*Ask someone to pay part*: a payer offers a share of an invoice, or of every bill of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors, sensitive
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.invoices import divide
from counterfoil.flows.sharing import notify, people
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.queries import PayerRow
from counterfoil.sharing import operations as sharing_operations, policy, queries as sharing_queries
from counterfoil.sharing.drafts import NewShare
from counterfoil.sharing.queries import ShareRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a payer asks of whom. Without `invoice_ref`, part of every bill. Either percent or amount."""

    payer_ref: str
    account_ref: str
    invoice_ref: str
    name: str
    email: str
    percent_bp: int = 0
    amount_minor: int = 0
    sees_lines: bool = False
    note: str = ""


def run(*, actor: Actor, now: datetime, offer: Offer) -> str:
    """Offer the share and tell the person; return its public id. Nothing moves until it is accepted.

    :raises errors.NotFound: the payer, the account or the invoice is not the actor's.
    :raises errors.NotPermitted: the user profile or the biller does not allow sharing.
    :raises errors.Invalid: the person, the part or the note will not do; `field` names which.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=offer.payer_ref)
    biller = biller_queries.get(biller_id=payer.biller_id)
    people.demand(actor=actor, biller=biller, payer_id=payer.id, name=offer.name, email=offer.email)
    account = payer_queries.get_account(actor=actor, public_id=offer.account_ref)
    if not payer_queries.has_link(account_id=account.id, payer_id=payer.id):
        raise errors.NotFound("account")
    invoice = _invoice(actor, offer, payer, account.id)
    _check(offer, invoice)

    def work() -> str:
        payer_queries.lock_accounts(account_ids=[account.id])
        person = people.find_or_make(
            actor=actor, now=now, biller=biller, payer=payer, name=offer.name, email=offer.email
        )
        new = _new(offer, biller, payer, person.payer, account.id, invoice)
        _demand_first(new)
        made = sharing_operations.offer(actor=actor, new=new, now=now)
        share = sharing_queries.get_share(actor=OPERATOR, public_id=made.public_id)
        amount = _comes_to(share)
        if invoice is not None and not amount:
            raise errors.Invalid(_("Nothing of this invoice is left to share."), field="part")
        data = notify.of_share(share, amount_minor=amount) | {"link": person.path, "note": share.note}
        _tell(actor, now, biller, person.payer, share, data)
        return share.public_id

    return db.in_transaction(work)


def _new(
    offer: Offer,
    biller: BillerRow,
    payer: PayerRow,
    sharer: PayerRow,
    account_id: int,
    invoice: InvoiceRow | None,
) -> NewShare:
    return NewShare(
        biller_id=biller.id,
        account_id=account_id,
        invoice_id=invoice.id if invoice else None,
        payer_id=payer.id,
        sharer_id=sharer.id,
        name=offer.name.strip(),
        email=sharer.email,
        percent_bp=offer.percent_bp,
        amount_minor=offer.amount_minor,
        currency=biller.currency,
        sees_lines=offer.sees_lines,
        note=offer.note.strip(),
    )


def _tell(
    actor: Actor, now: datetime, biller: BillerRow, sharer: PayerRow, share: ShareRow, data: dict[str, Any]
) -> None:
    """Ask the person, and write down that they were asked."""
    ref = share.public_id
    notify.queue(now=now, key="share_offered", biller=biller, to=sharer, subject_ref=ref, data=data)
    details = {"sharer": sharer.public_id, "invoice": share.invoice_ref}
    audit_operations.record(
        actor=actor, biller_id=biller.id, action="share.offered", object_ref=ref, details=details, now=now
    )


def _invoice(actor: Actor, offer: Offer, payer: PayerRow, account_id: int) -> InvoiceRow | None:
    if not offer.invoice_ref:
        return None
    invoice = invoice_queries.get(actor=actor, public_id=offer.invoice_ref)
    # Only who owes it may share it: a sharer shares nothing on.
    if invoice.shared_by or (invoice.payer_id, invoice.account_id) != (payer.id, account_id):
        raise errors.NotFound("invoice")
    if invoice.payable_minor <= 0:
        raise errors.Invalid(_("Nothing of this invoice is left to share."), field="part")
    return invoice


def _check(offer: Offer, invoice: InvoiceRow | None) -> None:
    if bool(offer.percent_bp) == bool(offer.amount_minor):
        raise errors.Invalid(_("Enter a percentage or an amount."), field="part")
    if not 0 <= offer.percent_bp <= policy.WHOLE_BP:
        raise errors.Invalid(_("Enter a percentage up to 100."), field="percent")
    if offer.amount_minor < 0:
        raise errors.Invalid(_("Enter an amount above zero."), field="amount")
    if invoice is not None and offer.amount_minor > invoice.payable_minor:
        raise errors.Invalid(_("This is more than is left to pay. Enter less."), field="amount")
    if sensitive.find(offer.note) is not None:
        message = _("This looks like a card, account or Social Security number. Please leave it out.")
        raise errors.Invalid(message, field="note")


def _demand_first(new: NewShare) -> None:
    """Refuse a second share of the same bill with the same person; one of every bill covers each bill."""
    for invoice_id in {new.invoice_id, None}:
        if sharing_queries.has_standing_share(
            invoice_id=invoice_id,
            account_id=new.account_id,
            payer_id=new.payer_id,
            sharer_id=new.sharer_id,
        ):
            raise errors.Invalid(_("You share this with that person already."), field="email")


def _comes_to(share: ShareRow) -> int:
    """Return what the share of one invoice comes to now; zero for one of every bill."""
    if share.invoice_id is None:
        return 0
    return divide.preview(actor=OPERATOR, invoice_ids=[share.invoice_id], share=share)[share.invoice_id]
