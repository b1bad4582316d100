"""Staff changed who pays; tells the payer. What payers change themselves is told by `who_pays_alert`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base

LAST_DAY = 31


def choice(who_pays: str, day: int | None, biller: str) -> str:
    """Return who pays, in the words in which it is chosen."""
    if who_pays == "self":
        return _("I pay by myself")
    if who_pays == "autopay":
        return _("Autopay")
    if who_pays != "biller_collects":
        return _("Not chosen yet")
    if day is None:
        return _("{biller} collects").format(biller=biller)
    if day == LAST_DAY:
        return _("{biller} collects on the last day of the month").format(biller=biller)
    return _("{biller} collects on day {day} of the month").format(biller=biller, day=day)


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]
    return base.Words(
        subject=_("Who pays your bills at {biller} was changed").format(biller=biller["name"]),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} changed how your bills get paid. Nothing was charged.").format(biller=biller["name"]),
        ],
        facts=[
            (_("Before"), choice(data["before"], data.get("before_day"), biller["name"])),
            (_("From now on"), choice(data["after"], data.get("after_day"), biller["name"])),
            (_("When"), voice.instant(data["at"])),
        ],
        button=(_("See My Profile"), voice.address(data["link"])),
        closing=[
            _("You can change it under My Profile, or call {biller} at {phone}.").format(
                biller=biller["name"], phone=biller["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="who_pays_changed",
    version="1",
    required=("payer_name", "after", "at", "link"),
    words=_words,
)
