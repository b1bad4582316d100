"""An invoice was taken back: nothing is owed on it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    paragraphs = [
        _("Hello {name},").format(name=data["payer_name"]),
        _("{biller} took back invoice {number}. You owe nothing on it, and there is nothing to do.").format(
            biller=biller, number=data["invoice_number"]
        ),
    ]
    if data.get("credit_minor"):
        paragraphs.append(
            _("You had paid {amount} on it. That money is now a credit and pays your next invoice.").format(
                amount=voice.money(data["credit_minor"])
            )
        )
    return base.Words(
        subject=_("An invoice from {biller} was taken back").format(biller=biller),
        paragraphs=paragraphs,
        facts=[
            *bills.about(data),
            (_("Total"), voice.money(data["total_minor"])),
            *bills.reason(data),
        ],
        button=(_("See My Invoices"), voice.address(data["link"])),
        closing=[bills.call(data)],
    )


KIND = base.Kind(
    key="invoice_voided",
    version="1",
    required=("payer_name", "for_whom", "invoice_number", "total_minor", "currency", "link"),
    words=_words,
)
