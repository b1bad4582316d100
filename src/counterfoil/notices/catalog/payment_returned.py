"""The bank sent a payment back, so what it paid is owed again (E7): nothing, where it was refunded before."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, reasons


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    amount = voice.money(data["amount_minor"])
    return base.Words(
        subject=_("Your bank sent back your payment to {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Your bank sent this payment of {amount} back: {reason}.").format(
                amount=amount, reason=reasons.ach_return(data["return_code"])
            ),
            *_opened(data),
        ],
        facts=[
            (_("Payment number"), data["payment_number"]),
            (_("Submitted"), voice.instant(data["submitted_at"])),
            (_("Sent back"), voice.day(data["returned_on"])),
            (_("Amount"), amount),
            (_("Method"), data["method_label"]),
        ],
        button=(_("View and Pay"), voice.address(data["link"])),
        closing=[
            _("We will not take this payment again by ourselves. {biller} added no fee for it.").format(
                biller=biller
            ),
            _("Questions? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"]),
        ],
    )


def _opened(data: base.Data) -> list[str]:
    opens = data.get("opens_minor", data["amount_minor"]) > 0
    return [_("What it paid is open again and can be paid another way.")] if opens else []


KIND = base.Kind(
    key="payment_returned",
    version="1",
    required=(
        "payer_name", "payment_number", "submitted_at", "amount_minor", "currency", "method_label",
        "return_code", "returned_on", "link",
    ),
    words=_words,
)  # fmt: skip
