"""Autopay begins, or its terms changed; with the exact authorization as accepted (RE-01: a copy is delivered)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("Autopay is on: your bills from {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Autopay is on for your bills from {biller}.").format(biller=biller),
            _(
                "You are told before each payment. You can pause, skip one payment, change or end it at any time."
            ),
        ],
        facts=schedules.autopay_facts(data, voice),
        button=(_("View or Change"), voice.address(data["link"])),
        closing=[
            _("This is what you agreed to. Please keep it."),
            *str(data["text"]).split("\n\n"),
            schedules.questions(data),
        ],
    )


KIND = base.Kind(
    key="autopay_started", version="1", required=(*schedules.REQUIRED_AUTOPAY, "text"), words=_words
)
