"""What is past its due date, all in one message (E9). Says no threat and no shame."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("A reminder from {biller}: past the due date").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("This was due at {biller}, and we have not received a payment for it yet:").format(
                biller=biller
            ),
        ],
        facts=bills.each(data, voice),
        button=(bills.view_and_pay(), voice.address(data["link"])),
        closing=[
            _("You have paid it in the last few days? Thank you. There is nothing to do."),
            _("You cannot pay it all now, or something is not right? Call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            ),
        ],
    )


KIND = base.Kind(
    key="invoice_overdue",
    version="1",
    required=("payer_name", "lines", "total_minor", "currency", "link"),
    words=_words,
    switch="reminders",
)
