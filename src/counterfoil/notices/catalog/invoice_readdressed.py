"""An invoice that was somebody else's is now addressed to this payer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("An invoice from {biller} is now addressed to you").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} addressed invoice {number} for {whom} to you.").format(
                biller=biller, number=data["invoice_number"], whom=data["for_whom"]
            ),
        ],
        facts=[
            *bills.about(data),
            (_("Due date"), voice.day(data["due_on"])),
            (_("Still owed"), voice.money(data["open_minor"])),
        ],
        button=(bills.view_and_pay(), voice.address(data["link"])),
        closing=[
            _("You did not expect this? Call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="invoice_readdressed",
    version="1",
    required=("payer_name", "for_whom", "invoice_number", "due_on", "open_minor", "currency", "link"),
    words=_words,
)
