"""Staff address an invoice to another payer of the same account.

How it fails: the old addressee's payment is being submitted or on its way (refused: it would pay what is no longer
theirs); what they paid changes hands (it does not: payments and receipts keep their payer, only the rest of the
receivable moves, in one balanced entry); their scheduled payment for it still runs (it is canceled right after the
commit; should that not come to pass, its own day finds nothing of theirs to pay and cancels it); two clicks (the
second finds the new addressee there); others take part of it (nobody owes a part of what is not the old addressee's:
parts and shares of this invoice end, what was paid stays whose it was, and who takes part of every bill of the new
addressee takes it of this one); the new addressee had a part of it (an addressee has none: it goes, or the next
payment would be counted on it by half).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.invoices import apply_credit, divide, opened as openeds
from counterfoil.flows.invoices.opened import Opened
from counterfoil.flows.schedules import cancel
from counterfoil.flows.sharing import end as share_end
from counterfoil.invoices import operations as invoice_operations
from counterfoil.invoices.drafts import NewPart
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import queries as payment_queries
from counterfoil.schedules import queries as schedule_queries
from counterfoil.sharing import queries as sharing_queries


def run(*, actor: Actor, now: datetime, ref: str, payer_ref: str) -> None:
    """Address it to that payer; tell both. The old one's scheduled payments and shares on it end.

    :raises errors.NotFound: not an invoice or a payer the actor sees.
    :raises errors.NotPermitted: the role may not change invoices.
    :raises errors.Invalid: the payer does not pay for this account, or has it already.
    :raises errors.Stale: it is not open, or a payment for it is on its way.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=payer_ref)
    held = db.in_transaction(lambda: _readdress(actor, now, ref, payer))
    _cancel_scheduled(actor, now, ref, payer)
    apply_credit.run(actor=actor, now=now, payer_id=payer.id, account_id=held.invoice.account_id)


def _readdress(actor: Actor, now: datetime, ref: str, payer: PayerRow) -> Opened:
    held = openeds.lock(actor=actor, now=now, ref=ref)
    invoice, before_id = held.invoice, held.invoice.payer_id
    if not payer_queries.has_link(account_id=invoice.account_id, payer_id=payer.id):
        raise errors.Invalid(_("This payer does not pay for the account."), field="payer")
    if payer.id == before_id:
        raise errors.Invalid(_("The invoice is addressed to this payer already."), field="payer")
    openeds.demand_nothing_pending(held)
    entry = postings.invoice_readdressed(
        held.source(f"inv:{invoice.pk}:{now.timestamp():.6f}"),
        invoice_id=invoice.pk,
        open_minor=invoice.open_minor,
        to_payer_id=payer.id,
    )
    ledger_operations.post(entries=[entry], now=now)
    sharers = [payer_id for payer_id in held.sharer_ids if payer_id != payer.id]
    paid = _end_parts(held, now, to_payer_id=payer.id)
    share_end.of_invoice(actor=actor, now=now, invoice_id=invoice.pk)
    invoice_operations.address(invoice=invoice, payer_id=payer.id)
    for share in sharing_queries.list_standing(pairs={(invoice.account_id, payer.id)}).get(
        (invoice.account_id, payer.id), ()
    ):
        divide.take(invoices=[invoice], share=share, now=now, again=False)
    audit_operations.record(
        actor=actor,
        biller_id=held.biller.id,
        action="invoice.readdressed",
        object_ref=invoice.public_id,
        details={"open_minor": invoice.open_minor, "to": payer.public_id},
        now=now,
    )
    _tell(held, now, payer_id=payer.id, others={each: paid.get(each, 0) for each in (before_id, *sharers)})
    return held


def _end_parts(held: Opened, now: datetime, *, to_payer_id: int) -> dict[int, int]:
    """End what others took of it, and note what the old addressee paid; return what each payer has paid on it.

    The part of the new addressee goes: what an addressee pays is on no part.
    """
    invoice, paid = held.invoice, dict[int, int]()
    for each in payment_queries.list_paying(invoice_id=invoice.pk):
        paid[each.payer_id] = paid.get(each.payer_id, 0) + each.amount_minor
    parts = dict(held.parts)
    theirs = parts.pop(to_payer_id, None)
    if theirs is not None:
        invoice_operations.drop_part(part=theirs)
    for part in parts.values():
        invoice_operations.end_part(part=part)
    if paid.get(invoice.payer_id):
        mine = parts.get(invoice.payer_id)
        noted = invoice_operations.take_part(
            invoice=invoice, part=mine, payer_id=invoice.payer_id, new=NewPart(is_live=False), now=now
        )
        invoice_operations.change_part(part=noted, paid_minor=paid[invoice.payer_id] - noted.paid_minor)
        parts[invoice.payer_id] = noted
    invoice_operations.save_parts(parts=parts.values())
    return paid


def _tell(held: Opened, now: datetime, *, payer_id: int, others: Mapping[int, int]) -> None:
    """Tell the new addressee; tell the `others`, each with what they paid on it, that it is no longer theirs."""
    once = f"{held.invoice.public_id}:{now.timestamp():.0f}"
    openeds.tell(opened=held, key="invoice_readdressed", payer_ids=[payer_id], more={}, once=once, now=now)
    for each, paid in others.items():
        openeds.tell(
            opened=held,
            key="invoice_handed_over",
            payer_ids=[each],
            more={"paid_minor": paid, "link": "/billing/payments/"},
            once=once,
            now=now,
        )


def _cancel_scheduled(actor: Actor, now: datetime, ref: str, payer: PayerRow) -> None:
    """Cancel what others than the new addressee had set for this invoice alone."""
    found = schedule_queries.list_for_invoices(actor=OPERATOR, invoice_refs=[ref]).get(ref, [])
    for row in found:
        if row.payer_id != payer.id and {invoice for invoice, _amount in row.amounts} == {ref}:
            with suppress(errors.Refused, errors.NotFound):
                cancel.run(actor=actor, now=now, ref=row.public_id)
