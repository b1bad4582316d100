"""A scheduled payment is not made: canceled by somebody, or because nothing is left to pay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("Your scheduled payment to {biller} is canceled").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Your payment of {amount} to {biller}, set for {day}, is canceled. No money is taken.").format(
                amount=schedules.total(data, voice), biller=biller, day=voice.day(data["run_on"])
            ),
            schedules.canceled(data["reason"]),
        ],
        facts=schedules.facts(data, voice),
        button=(_("View and Pay"), voice.address(data["link"])),
        closing=[_("What is owed stays owed; you can pay it at any time."), schedules.questions(data)],
    )


KIND = base.Kind(
    key="scheduled_canceled", version="1", required=(*schedules.REQUIRED, "reason"), words=_words
)
