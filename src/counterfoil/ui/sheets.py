"""The PDFs that payers and staff download: a receipt as of today, and an invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _, pgettext

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import format as core_format
from counterfoil.documents import invoice as invoice_document, letterhead, receipt as receipt_document
from counterfoil.invoices.queries import InvoiceRow, LineRow
from counterfoil.ledger.queries import MoveRow
from counterfoil.payments import states as payment_states
from counterfoil.payments.queries import PaymentRow, ShareRow
from counterfoil.refunds.queries import RefundRow
from counterfoil.schedules import lateness
from counterfoil.schedules.rows import ScheduledSum
from counterfoil.ui import formats, refunds as refund_words, statuses, wording

MIME = "application/pdf"
RECEIPT_TONES: Final[Mapping[str, receipt_document.Tone]] = {"ok": "ok", "bad": "bad", "back": "back"}


def receipt(
    *,
    biller: BillerRow,
    payment: PaymentRow,
    shares: Sequence[ShareRow],
    invoices: Mapping[int, InvoiceRow],
    refunds: Sequence[RefundRow],
    now: datetime,
) -> bytes:
    """Return the receipt of a payment with its status of the biller's today, in the active language.

    `invoices` are those it pays, by id: what is left of each counts what is on its way as paid. What it pays and what
    its `refunds` gave back come to its total.
    """
    today = biller_queries.today(biller=biller, now=now)
    telling = wording.of(payment, today=today, refunds=refunds, on_paper=True)
    lines = tuple(_receipt_line(share, invoices.get(share.invoice_id), payment) for share in shares)
    fee_minor = payment.fee_minor - payment.refunded_fee_minor
    data = receipt_document.ReceiptData(
        biller=letterhead_of(biller),
        number=payment.number,
        status=str(statuses.look(telling.status).words),
        tone=RECEIPT_TONES.get(telling.tone, "wait"),
        status_note=telling.whole,
        paid_at=formats.instant(payment.submitted_at, zone=biller.zone),
        total=formats.money(payment.total_minor, currency=payment.currency),
        subtotal=formats.money(payment.amount_minor - payment.refunded_minor, currency=payment.currency),
        fee=formats.money(fee_minor, currency=payment.currency) if fee_minor else "",
        refunds=tuple(
            (part.label, formats.money(part.amount_minor, currency=payment.currency))
            for part in refund_words.parts(refunds, reference=None)
        ),
        payer=payment.payer_name,
        method=payment.method_label,
        billed_for=payment.for_whom,
        account=core_format.mask_last4(payment.account_number),
        lines=lines,
        closing=(biller.payments.receipt_note,) if biller.payments.receipt_note else (),
    )
    return receipt_document.render(data=data, rendered_at=now, locale=formats.current_locale())


def invoice(  # noqa: PLR0913 - the parts of one sheet
    *,
    biller: BillerRow,
    invoice: InvoiceRow,
    lines: Sequence[LineRow],
    entries: Sequence[tuple[PaymentRow, int]],
    memos: Sequence[MoveRow],
    later: Iterable[ScheduledSum],
    now: datetime,
) -> bytes:
    """Return the sheet of an invoice, in the active language; without lines it shows the total alone.

    `entries` are its payments with the part that goes to it, `memos` its credit memos: total less both is what is
    left, but for what is still on its way. `later` is what is set for its payers: autopay moves the day it is overdue.
    """
    today = biller_queries.today(biller=biller, now=now)
    status = statuses.look(lateness.shown_status(invoice=invoice, today=today, later=later))
    shown = [(line.description, line.amount_minor) for line in lines] or [(_("Total"), invoice.total_minor)]
    data = invoice_document.InvoiceData(
        biller=letterhead_of(biller),
        number=invoice.number,
        status=str(status.words),
        tone="ok" if status.tone == "ok" else "bad" if status.tone == "bad" else "wait",
        addressee=invoice.payer_name,
        issued_on=formats.day(invoice.issued_on),
        due_on=formats.day(invoice.due_on),
        lines=tuple(
            invoice_document.InvoiceLine(what=what, amount=formats.money(minor, currency=invoice.currency))
            for what, minor in shown
        ),
        total=formats.money(invoice.total_minor, currency=invoice.currency),
        balance=formats.money(invoice.open_minor, currency=invoice.currency),
        billed_for=invoice.for_whom,
        account=invoice.account_number,
        entries=(
            *(_entry(payment, part, invoice.currency) for payment, part in entries),
            *(_memo(memo, invoice) for memo in memos),
        ),
        how_to_pay=(_("Online, or call %(phone)s.") % {"phone": biller.phone},) if biller.phone else (),
    )
    return invoice_document.render(data=data, rendered_at=now, locale=formats.current_locale())


def answer(content: bytes, *, name: str) -> HttpResponse:
    """Return a PDF as a download."""
    response = HttpResponse(content, content_type=MIME)
    safe = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}"'
    return response


def _receipt_line(
    share: ShareRow, invoice: InvoiceRow | None, payment: PaymentRow
) -> receipt_document.ReceiptLine:
    """Return one line; of an invoice that is no longer shared with the reader nothing but what was paid."""
    currency = payment.currency
    left = invoice.open_minor - invoice.pending_minor if invoice else 0
    is_given_back = share.is_released and payment.status in payment_states.PAID
    return receipt_document.ReceiptLine(
        invoice=share.invoice_number,
        due=formats.day(invoice.due_on, long=False) if invoice else "-",
        amount=formats.money(0 if is_given_back else share.amount_minor, currency=currency),
        left=formats.money(left, currency=currency) if invoice else "-",
        about=_("Given back") if is_given_back else "",
    )


def _entry(payment: PaymentRow, part: int, currency: str) -> invoice_document.InvoiceEntry:
    what = pgettext("a payment on an invoice", "Payment %(number)s, %(status)s") % {
        "number": payment.number,
        "status": statuses.look(payment.public_status).words,
    }
    amount = formats.money(-part, currency=currency)
    return invoice_document.InvoiceEntry(day=formats.day(payment.submitted_on), what=what, amount=amount)


def _memo(memo: MoveRow, invoice: InvoiceRow) -> invoice_document.InvoiceEntry:
    return invoice_document.InvoiceEntry(
        day=formats.day(memo.effective_on),
        what=_("Credit on invoice %(number)s") % {"number": invoice.number},
        amount=formats.money(memo.amount_minor, currency=invoice.currency),
    )


def letterhead_of(biller: BillerRow) -> letterhead.Letterhead:
    """Return a biller as its documents show it."""
    return letterhead.Letterhead(
        name=biller.brand.name,
        phone=biller.phone,
        email=biller.email,
        address=biller.address_lines,
        on_behalf_of=biller.brand.on_behalf_of,
    )
