"""Writes to invoices, in bulk: a list of one is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from counterfoil.core import db, ids
from counterfoil.invoices import states
from counterfoil.invoices.drafts import NewInvoice, NewLine, NewPart
from counterfoil.invoices.models import Invoice, InvoiceLine, InvoicePart


def create_many(*, drafts: Sequence[NewInvoice], now: datetime) -> dict[str, int]:
    """Insert invoices and their lines in two statements; return row ids by invoice number.

    The numbers of one call belong to one biller.
    """
    count = len(drafts)
    born = db.insert_many(
        "invoices_invoice",
        {
            "public_id": ("text", ids.new_many("invoice", count)),
            "biller_id": ("bigint", [d.biller_id for d in drafts]),
            "account_id": ("bigint", [d.account_id for d in drafts]),
            "payer_id": ("bigint", [d.payer_id for d in drafts]),
            "number": ("text", [d.number for d in drafts]),
            "status": ("text", [states.PAID if d.paid_on else states.OPEN for d in drafts]),
            "issued_on": ("date", [d.issued_on for d in drafts]),
            "due_on": ("date", [d.due_on for d in drafts]),
            "currency": ("text", [d.currency for d in drafts]),
            "total_minor": ("bigint", [d.total_minor for d in drafts]),
            "open_minor": ("bigint", [0 if d.paid_on else d.total_minor for d in drafts]),
            "pending_minor": ("bigint", [0] * count),
            "is_disputed": ("boolean", [d.is_disputed for d in drafts]),
            "memo": ("text", [d.memo for d in drafts]),
            "created_at": ("timestamptz", [now] * count),
            "paid_on": ("date", [d.paid_on for d in drafts]),
        },
        returning="number, id",
    )
    by_number = {str(number): int(row_id) for number, row_id in born}
    lines = [(d, i, line) for d in drafts for i, line in enumerate(d.lines, start=1)]
    db.insert_many(
        "invoices_invoiceline",
        {
            "biller_id": ("bigint", [d.biller_id for d, _, _ in lines]),
            "invoice_id": ("bigint", [by_number[d.number] for d, _, _ in lines]),
            "position": ("smallint", [i for _, i, _ in lines]),
            "description": ("text", [line.description for _, _, line in lines]),
            "amount_minor": ("bigint", [line.amount_minor for _, _, line in lines]),
        },
    )
    return by_number


def transition(*, invoice: Invoice, to: str, on: date | None) -> str:
    """Move a locked invoice in memory; `save_balances` writes it.

    :returns: the event word.
    :raises IllegalTransition: the table has no such move.
    """
    event = states.INVOICE.event(invoice.status, to)
    invoice.status = to
    invoice.paid_on = on if to == states.PAID else None
    return event


def address(*, invoice: Invoice, payer_id: int) -> None:
    """Address a locked invoice to another payer."""
    db.demand_transaction()
    invoice.payer_id = payer_id
    invoice.save(update_fields=["payer"])


def replace_lines(*, invoice: Invoice, lines: Sequence[NewLine]) -> None:
    """Write other lines for a locked invoice; `change_terms` writes their total."""
    db.demand_transaction()
    InvoiceLine.objects.filter(invoice_id=invoice.pk).delete()
    db.insert_many(
        "invoices_invoiceline",
        {
            "biller_id": ("bigint", [invoice.biller_id] * len(lines)),
            "invoice_id": ("bigint", [invoice.pk] * len(lines)),
            "position": ("smallint", list(range(1, len(lines) + 1))),
            "description": ("text", [line.description for line in lines]),
            "amount_minor": ("bigint", [line.amount_minor for line in lines]),
        },
    )


def change_terms(*, invoice: Invoice, total_minor: int) -> None:
    """Write a locked invoice's due date, and its total changed by these minor units; what is open with it.

    Both in one statement: what is open is never more than the total. `change_balances` then finds it in memory.
    """
    db.demand_transaction()
    invoice.total_minor += total_minor
    invoice.open_minor += total_minor
    invoice.save(update_fields=["due_on", "total_minor", "open_minor"])


def change_balances(*, invoice: Invoice, on: date, open_minor: int = 0, pending_minor: int = 0) -> str | None:
    """Change a locked invoice's caches in memory by these amounts, and its status where they close or reopen it.

    :returns: the event word, where the status changed.
    """
    invoice.open_minor += open_minor
    invoice.pending_minor += pending_minor
    if invoice.status == states.OPEN and invoice.open_minor == 0:
        return transition(invoice=invoice, to=states.PAID, on=on)
    if invoice.status == states.PAID and invoice.open_minor > 0:
        return transition(invoice=invoice, to=states.OPEN, on=None)
    return None


def take_part(
    *, invoice: Invoice, part: InvoicePart | None, payer_id: int, new: NewPart, now: datetime
) -> InvoicePart:
    """Note in memory that a payer takes part of a locked invoice; `save_parts` writes it.

    `part` is the row this payer has already: what was paid before comes on top of what is agreed now.
    """
    taken = part or InvoicePart(biller_id=invoice.biller_id, invoice_id=invoice.pk, payer_id=payer_id)
    taken.share_ref, taken.percent_bp, taken.sees_lines = new.share_ref, new.percent_bp, new.sees_lines
    taken.agreed_minor = new.agreed_minor + taken.paid_minor + taken.pending_minor if new.is_live else 0
    taken.is_live, taken.taken_at = new.is_live, now
    invoice.is_shared = True
    return taken


def end_part(*, part: InvoicePart) -> None:
    """Give a part of a locked invoice back to its addressee, in memory; what was paid stays paid."""
    part.is_live, part.agreed_minor, part.sees_lines = False, 0, False


def drop_part(*, part: InvoicePart) -> None:
    """Remove the part of who is the invoice's addressee now: what an addressee pays is kept on no part."""
    db.demand_transaction()
    part.delete()


def change_part(
    *, part: InvoicePart | None, paid_minor: int = 0, pending_minor: int = 0, helped_minor: int = 0
) -> None:
    """Change the caches of a part of a locked invoice in memory by these amounts.

    `helped_minor` is what of them somebody pays as the addressee's helper: it comes on top of a share of the own.
    """
    if part is None:
        return
    part.paid_minor += paid_minor
    part.pending_minor += pending_minor
    if part.is_live:
        part.agreed_minor = max(0, part.agreed_minor + helped_minor)


def save_parts(*, parts: Iterable[InvoicePart]) -> None:
    """Write parts of locked invoices, new ones too, and mark the invoices as shared; nothing where there are none."""
    rows = list(parts)
    db.update_many(
        "invoices_invoicepart",
        {
            "id": ("bigint", [p.pk for p in rows if p.pk]),
            "share_ref": ("text", [p.share_ref for p in rows if p.pk]),
            "percent_bp": ("integer", [p.percent_bp for p in rows if p.pk]),
            "agreed_minor": ("bigint", [p.agreed_minor for p in rows if p.pk]),
            "paid_minor": ("bigint", [p.paid_minor for p in rows if p.pk]),
            "pending_minor": ("bigint", [p.pending_minor for p in rows if p.pk]),
            "is_live": ("boolean", [p.is_live for p in rows if p.pk]),
            "sees_lines": ("boolean", [p.sees_lines for p in rows if p.pk]),
            "taken_at": ("timestamptz", [p.taken_at for p in rows if p.pk]),
        },
    )
    new = [part for part in rows if not part.pk]
    if new:
        InvoicePart.objects.bulk_create(new)
        Invoice.objects.filter(pk__in={part.invoice_id for part in new}).update(is_shared=True)


def save_balances(*, invoices: Iterable[Invoice]) -> None:
    """Write caches and status of locked invoices in one statement."""
    rows = list(invoices)
    db.update_many(
        "invoices_invoice",
        {
            "id": ("bigint", [i.pk for i in rows]),
            "open_minor": ("bigint", [i.open_minor for i in rows]),
            "pending_minor": ("bigint", [i.pending_minor for i in rows]),
            "status": ("text", [i.status for i in rows]),
            "paid_on": ("date", [i.paid_on for i in rows]),
        },
    )
