"""A bill is due in a few days (E9)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("A reminder from {biller}: due on {day}").format(
            biller=biller, day=voice.day(data["due_on"])
        ),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("This is a friendly reminder from {biller}. This is due soon:").format(biller=biller),
        ],
        facts=bills.each(data, voice),
        button=(bills.view_and_pay(), voice.address(data["link"])),
        closing=[
            _("You have paid it already? Thank you. There is nothing to do."),
            bills.call(data),
        ],
    )


KIND = base.Kind(
    key="invoice_due_soon",
    version="1",
    required=("payer_name", "due_on", "lines", "total_minor", "currency", "link"),
    words=_words,
    switch="reminders",
)
