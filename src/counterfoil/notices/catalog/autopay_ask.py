"""A bill is above what autopay may take by itself: nothing is taken, and the payer is asked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("Please look at your bill from {biller}: autopay did not plan it").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "{amount} is due to {biller} on {day}. That is more than the {cap} you allowed autopay."
            ).format(
                amount=voice.money(data["asked_minor"]),
                biller=biller,
                day=voice.day(data["due_on"]),
                cap=voice.money(data["amount_minor"]),
            ),
            _("Autopay takes nothing for it. Please pay it yourself, or allow more."),
        ],
        facts=schedules.autopay_facts(data, voice),
        button=(_("View and Pay"), voice.address(data["link"])),
        closing=[schedules.questions(data)],
    )


KIND = base.Kind(
    key="autopay_ask",
    version="1",
    required=(*schedules.REQUIRED_AUTOPAY, "amount_minor", "asked_minor", "due_on"),
    words=_words,
)
