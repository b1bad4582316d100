"""Autopay has ended: what was stopped, what is still on its way, what stays owed, with a number (E16; RE-05)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    on_its_way = [
        _("A payment of {amount} on {day} is on its way already and is still made.").format(
            amount=voice.money(amount), day=voice.day(day)
        )
        for amount, day in data.get("on_its_way") or []
    ]
    return base.Words(
        subject=_("Autopay has ended: your bills from {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Autopay for your bills from {biller} has ended. Your confirmation number is {number}.").format(
                biller=biller, number=data["end_number"]
            ),
            *on_its_way,
        ],
        facts=[(_("Ended"), voice.instant(data["ended_at"])), *schedules.autopay_facts(data, voice)],
        button=(_("View"), voice.address(data["link"])),
        closing=[
            _("Ending autopay does not end what you owe. Please pay your bills yourself."),
            schedules.questions(data),
        ],
    )


KIND = base.Kind(
    key="autopay_ended",
    version="1",
    required=(*schedules.REQUIRED_AUTOPAY, "end_number", "ended_at"),
    words=_words,
)
