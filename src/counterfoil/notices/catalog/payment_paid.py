"""A payment can now be counted on; only for payers who want to be told."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    amount = voice.money(data["amount_minor"])
    return base.Words(
        subject=_("Your payment to {biller} is paid").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Your payment of {amount} to {biller} is now Paid. There is nothing to do.").format(
                amount=amount, biller=biller
            ),
        ],
        facts=[
            (_("Payment number"), data["payment_number"]),
            (_("Paid on"), voice.day(data["paid_on"])),
            (_("Amount"), amount),
            (_("Method"), data["method_label"]),
        ],
        button=(_("See the Payment"), voice.address(data["link"])),
        closing=[
            _("Questions? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"])
        ],
    )


KIND = base.Kind(
    key="payment_paid",
    version="1",
    required=("payer_name", "payment_number", "paid_on", "amount_minor", "currency", "method_label", "link"),
    words=_words,
    switch="paid",
)
