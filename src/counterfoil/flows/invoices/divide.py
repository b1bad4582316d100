"""Gives shares their part of invoices, under lock: at acceptance, and when new bills are issued.

How it fails: two shares taking the same rest (the invoice is locked, and a part is at most what nobody took, paid
or sent); the same share taken twice (one part for an invoice and a payer); a bill issued while its share ends (both
hold the account).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from counterfoil.core.actor import Actor
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries, states
from counterfoil.invoices.drafts import NewPart
from counterfoil.invoices.queries import Invoice, InvoicePart
from counterfoil.payers import queries as payer_queries
from counterfoil.sharing import policy, queries as sharing_queries
from counterfoil.sharing.queries import ShareRow


def take(*, invoices: Sequence[Invoice], share: ShareRow, now: datetime, again: bool = True) -> int:
    """Give a share its part of each of these locked invoices; return the minor units taken.

    One whose sharer has a part already keeps it; without `again` one that was given back stays so.
    """
    parts = invoice_queries.parts_of(invoices=invoices)
    taken, written = 0, []
    for invoice in invoices:
        mine = parts.get((invoice.pk, share.sharer_id))
        if mine is not None and (mine.is_live or (mine.share_ref and not again)):
            continue
        others = [part for (invoice_id, _payer), part in parts.items() if invoice_id == invoice.pk]
        amount = _amount(invoice, others, share)
        if amount <= 0:
            continue
        new = NewPart(share.public_id, amount, share.percent_bp, share.sees_lines)
        written.append(
            invoice_operations.take_part(
                invoice=invoice, part=mine, payer_id=share.sharer_id, new=new, now=now
            )
        )
        taken += amount
    invoice_operations.save_parts(parts=written)
    return taken


def cover(*, now: datetime, pairs: Collection[tuple[int, int]]) -> None:
    """Give the shares of every bill their part of the open invoices of each `(account id, payer id)`.

    One query where there is no such share. Doing it again changes nothing.
    """
    if not sharing_queries.has_standing(pairs=pairs):
        return
    payer_queries.lock_accounts(account_ids={account_id for account_id, _ in pairs})
    # Read now that nobody can end one.
    standing = sharing_queries.list_standing(pairs=pairs)
    invoices = invoice_queries.lock(invoice_ids=invoice_queries.open_ids(pairs=standing.keys()))
    for (account_id, payer_id), shares in standing.items():
        mine = [i for i in invoices if (i.account_id, i.payer_id) == (account_id, payer_id)]
        for share in shares:
            take(invoices=mine, share=share, now=now, again=False)


def _amount(invoice: Invoice, others: Sequence[InvoicePart], share: ShareRow) -> int:
    if invoice.status != states.OPEN or invoice.payer_id != share.payer_id:
        return 0
    left = sum(max(part.agreed_minor - part.paid_minor - part.pending_minor, 0) for part in others)
    return policy.part_of(
        total_minor=invoice.total_minor,
        free_minor=invoice.open_minor - invoice.pending_minor - left,
        percent_bp=share.percent_bp,
        amount_minor=share.amount_minor,
        taken_bp=sum(part.percent_bp for part in others if part.is_live),
    )


def preview(*, actor: Actor, invoice_ids: Collection[int], share: ShareRow) -> dict[int, int]:
    """Return what a share would come to now on each of these invoices, in minor units. Moves nothing.

    Read as the installation: whoever was asked may know what is asked of them, and no more.
    """
    invoices = invoice_queries.list_by_ids(actor=actor, invoice_ids=invoice_ids)
    parts = invoice_queries.list_parts(actor=actor, invoice_ids=invoice_ids)
    amounts = {}
    for row in invoices:
        others = parts.get(row.id, [])
        free = row.payable_minor - sum(part.left_minor for part in others)
        has_part = any(part.is_live and part.payer_id == share.sharer_id for part in others)
        amounts[row.id] = (
            0
            if has_part or row.payer_id != share.payer_id
            else policy.part_of(
                total_minor=row.total_minor,
                free_minor=free,
                percent_bp=share.percent_bp,
                amount_minor=share.amount_minor,
                taken_bp=sum(part.percent_bp for part in others if part.is_live),
            )
        )
    return amounts
