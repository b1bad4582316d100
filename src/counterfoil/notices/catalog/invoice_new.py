"""A new bill is there to see and pay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("New invoice from {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} has a new invoice for {whom}. It is due on {day}.").format(
                biller=biller, whom=data["for_whom"], day=voice.day(data["due_on"])
            ),
        ],
        facts=[
            *bills.about(data),
            (_("Due date"), voice.day(data["due_on"])),
            (_("Amount"), voice.money(data["open_minor"])),
        ],
        button=(bills.view_and_pay(), voice.address(data["link"])),
        closing=[bills.call(data)],
    )


KIND = base.Kind(
    key="invoice_new",
    version="1",
    required=("payer_name", "for_whom", "invoice_number", "due_on", "open_minor", "currency", "link"),
    words=_words,
    switch="invoices",
)
