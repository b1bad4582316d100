"""The biller took something off an invoice."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    amount = voice.money(data["amount_minor"])
    return base.Words(
        subject=_("A credit on an invoice from {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} took {amount} off invoice {number}.").format(
                biller=biller, amount=amount, number=data["invoice_number"]
            ),
        ],
        facts=[
            *bills.about(data),
            (_("Credit"), amount),
            (_("Still owed"), voice.money(data["open_minor"])),
            *bills.reason(data),
        ],
        button=bills.button(data, voice),
        closing=[bills.call(data)],
    )


KIND = base.Kind(
    key="invoice_credited",
    version="1",
    required=("payer_name", "for_whom", "invoice_number", "amount_minor", "open_minor", "currency", "link"),
    words=_words,
)
