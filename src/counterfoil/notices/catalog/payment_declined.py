"""A payment did not go through (E7)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, reasons


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    # With its fee, as the review and a receipt before it said; nothing of it was taken.
    amount = voice.money(data.get("total_minor") or data["amount_minor"])
    return base.Words(
        subject=_("Your payment to {biller} did not go through").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Your payment of {amount} to {biller} did not go through. No money was taken.").format(
                amount=amount, biller=biller
            ),
            reasons.decline_by_mail(data["decline_class"]),
        ],
        facts=[
            (_("Payment number"), data["payment_number"]),
            (_("Date"), voice.instant(data["submitted_at"])),
            (_("Amount"), amount),
            (_("Method"), data["method_label"]),
        ],
        button=(_("View and Pay"), voice.address(data["link"])),
        closing=[
            _("We will not try this payment again by ourselves. No fee was added."),
            _("Questions, or another way to pay? Call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            ),
        ],
    )


KIND = base.Kind(
    key="payment_declined",
    version="1",
    required=(
        "payer_name", "payment_number", "submitted_at", "amount_minor", "currency", "method_label",
        "decline_class", "link",
    ),
    words=_words,
)  # fmt: skip
