"""The receipt, mailed once when a payment is submitted (E6). Says Paid only when it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.core import format as formats
from counterfoil.documents import letterhead, receipt
from counterfoil.notices import base


def _status(data: base.Data, voice: base.Voice) -> str:
    if data["is_paid"]:
        return _("Paid")
    if data.get("returnable_until"):
        return _("Pending. Your bank can still send it back until {day}.").format(
            day=voice.day(data["returnable_until"])
        )
    return _("Pending. We are confirming this with the bank.")


def _facts(data: base.Data, voice: base.Voice) -> list[tuple[str, str]]:
    facts = [
        (_("Payment number"), data["payment_number"]),
        (_("Date and time"), voice.instant(data["submitted_at"])),
        (_("For"), data["for_whom"]),
        (_("Method"), data["method_label"]),
    ]
    facts += [
        (_("Invoice {number}").format(number=line["invoice_number"]), voice.money(line["amount_minor"]))
        for line in data["lines"]
    ]
    if data.get("fee_minor"):
        facts.append((_("Fee"), voice.money(data["fee_minor"])))
    facts.append((_("Total"), voice.money(data["total_minor"])))
    if data.get("remaining_minor") is not None:
        facts.append((_("Still owed"), voice.money(data["remaining_minor"])))
    return [*facts, (_("Status"), _status(data, voice))]


def _note(data: base.Data) -> tuple[str, ...]:
    """What the biller adds to every receipt, in its own words."""
    return (data["receipt_note"],) if data.get("receipt_note") else ()


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    total = voice.money(data["total_minor"])
    said = (
        _("{biller} received your payment of {amount}. Thank you.")
        if data["is_paid"]
        else _("A payment of {amount} to {biller} was submitted. Your bank has not finished it yet.")
    )
    return base.Words(
        subject=_("Receipt for your payment to {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            said.format(biller=biller, amount=total),
        ],
        facts=_facts(data, voice),
        button=(_("See the Payment"), voice.address(data["link"])),
        closing=[
            *_note(data),
            _("Your receipt is attached. Something is not right? Call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            ),
        ],
    )


def _lines(data: base.Data, voice: base.Voice) -> tuple[receipt.ReceiptLine, ...]:
    return tuple(
        receipt.ReceiptLine(
            invoice=line["invoice_number"],
            due=voice.day(line["due_on"]) if line.get("due_on") else "",
            amount=voice.money(line["amount_minor"]),
            left=voice.money(line["left_minor"]),
        )
        for line in data["lines"]
    )


def _attachments(data: base.Data, voice: base.Voice) -> Sequence[base.Attachment]:
    """Render the receipt as it was when the payment was submitted: the same bytes at every try."""
    biller = data["biller"]
    fee = data.get("fee_minor") or 0
    sheet = receipt.ReceiptData(
        biller=letterhead.Letterhead(
            name=biller["name"],
            phone=biller["phone"],
            email=biller.get("email", ""),
            address=tuple(biller.get("address_lines", ())),
        ),
        number=data["payment_number"],
        status=_("Paid") if data["is_paid"] else _("Pending"),
        tone="ok" if data["is_paid"] else "wait",
        status_note="" if data["is_paid"] else _status(data, voice),
        paid_at=voice.instant(data["submitted_at"]),
        total=voice.money(data["total_minor"]),
        subtotal=voice.money(data["total_minor"] - fee),
        fee=voice.money(fee) if fee else "",
        payer=data["payer_name"],
        method=data["method_label"],
        billed_for=data["for_whom"],
        account=formats.mask_last4(data.get("account_number", "")) if data.get("account_number") else "",
        lines=_lines(data, voice),
        closing=_note(data),
    )
    made_at = datetime.fromisoformat(data["submitted_at"])
    content = receipt.render(data=sheet, rendered_at=made_at, locale=voice.locale)
    return [base.Attachment(f"receipt-{data['payment_number']}.pdf", "application/pdf", content)]


KIND = base.Kind(
    key="payment_receipt",
    version="1",
    required=(
        "payer_name", "for_whom", "payment_number", "submitted_at", "method_label", "lines", "total_minor",
        "currency", "link",
    ),
    words=_words,
    attachments=_attachments,
)  # fmt: skip
