"""Autopay is paused: by the payer, after three failures, or because method, permission or e-mail address is gone."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.notices import base, schedules

_WHY: Final = {
    "payer": gettext_lazy("You asked us to pause it."),
    "failures": gettext_lazy("Three payments in a row did not go through."),
    "method": gettext_lazy("Its payment method cannot be used any more. Please choose another one."),
    "unauthorized": gettext_lazy(
        "Your bank was told that these payments are not allowed, or stopped one of them."
    ),
    "untold": gettext_lazy(
        "We could not tell you of a payment: your e-mail address did not take our message."
    ),
}


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("Autopay is paused: your bills from {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Autopay for your bills from {biller} is paused. Nothing is taken until it goes on.").format(
                biller=biller
            ),
            str(_WHY.get(data["reason"], "")),
        ],
        facts=schedules.autopay_facts(data, voice),
        button=(_("View or Change"), voice.address(data["link"])),
        closing=[
            _("Your bills stay due. Please pay them yourself meanwhile."),
            schedules.questions(data),
        ],
    )


KIND = base.Kind(
    key="autopay_paused", version="1", required=(*schedules.REQUIRED_AUTOPAY, "reason"), words=_words
)
