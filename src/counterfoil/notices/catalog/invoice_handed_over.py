"""An invoice is no longer addressed to this payer. What they paid on it stays theirs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    paragraphs = [
        _("Hello {name},").format(name=data["payer_name"]),
        _("{biller} addressed invoice {number} for {whom} to someone else.").format(
            biller=biller, number=data["invoice_number"], whom=data["for_whom"]
        ),
        _("You owe nothing more on it, and nothing more will be taken from you for it."),
    ]
    if data.get("paid_minor"):
        paragraphs.append(
            _("What you paid on it stays yours: {amount}. Its receipts stay under Payments.").format(
                amount=voice.money(data["paid_minor"])
            )
        )
    return base.Words(
        subject=_("An invoice from {biller} is no longer addressed to you").format(biller=biller),
        paragraphs=paragraphs,
        facts=bills.about(data),
        button=(_("See My Payments"), voice.address(data["link"])),
        closing=[bills.call(data)],
    )


KIND = base.Kind(
    key="invoice_handed_over",
    version="1",
    required=("payer_name", "for_whom", "invoice_number", "currency", "link"),
    words=_words,
)
