"""A payer changed who pays; tells the biller's office."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base
from counterfoil.notices.catalog import who_pays_changed


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    name, biller = data["payer_name"], data["biller"]["name"]
    return base.Words(
        subject=_("{name} changed who pays").format(name=name),
        paragraphs=[_("{name} changed how the bills get paid. Nothing was charged.").format(name=name)],
        facts=[
            (_("Before"), who_pays_changed.choice(data["before"], data.get("before_day"), biller)),
            (_("From now on"), who_pays_changed.choice(data["after"], data.get("after_day"), biller)),
            (_("When"), voice.instant(data["at"])),
        ],
        button=(_("See the Payer"), voice.address(data["link"])),
        closing=[_("This starts and ends no autopay. The page of the payer shows which autopay is on.")],
    )


KIND = base.Kind(
    key="who_pays_alert",
    version="1",
    required=("payer_name", "before", "after", "at", "link"),
    words=_words,
)
