"""A payment is set for a later day (E2), or was changed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("Your payment to {biller} is scheduled").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Your payment of {amount} to {biller} is set for {day}.").format(
                amount=schedules.total(data, voice), biller=biller, day=voice.day(data["run_on"])
            ),
            _(
                "Never more than this is taken. If less is owed on that day, less is taken, and the fee is not more."
            )
            if data.get("fee_minor")
            else _("Never more than this is taken, and never more than is owed on that day."),
        ],
        facts=schedules.facts(data, voice),
        button=(_("View or Change"), voice.address(data["link"])),
        closing=[
            _("You can change or cancel it until {instant}.").format(
                instant=voice.instant(data["cutoff_at"])
            ),
            schedules.questions(data),
        ],
    )


KIND = base.Kind(
    key="scheduled_confirmed",
    version="1",
    required=(*schedules.REQUIRED, "cutoff_at"),
    words=_words,
)
