"""On its day less was owed than was scheduled: less is taken."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    taken = dict(data) | {"amount_minor": data["taken_minor"], "fee_minor": data.get("taken_fee_minor", 0)}
    return base.Words(
        subject=_("Less is taken: your scheduled payment to {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Your scheduled payment to {biller} is {amount} instead of {before}: less is owed now.").format(
                amount=schedules.total(taken, voice),
                biller=biller,
                before=schedules.total(data, voice),
            ),
        ],
        facts=schedules.facts(taken, voice),
        button=(_("View"), voice.address(data["link"])),
        closing=[schedules.questions(data)],
    )


KIND = base.Kind(
    key="scheduled_lowered", version="1", required=(*schedules.REQUIRED, "taken_minor"), words=_words
)
