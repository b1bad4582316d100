"""A login no longer acts for a payer: staff ended it, or its owner gave it up."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]
    if data["by"] == "payer":
        why = _("You gave up your access to these bills. You can no longer see or pay them with this login.")
    else:
        why = _(
            "{biller} has withdrawn your access to these bills. You can no longer see or pay them with this "
            "login."
        ).format(biller=biller["name"])
    return base.Words(
        subject=_("Your access to bills at {biller} has ended").format(biller=biller["name"]),
        paragraphs=[_("Hello {name},").format(name=data["name"]), why],
        facts=[
            (_("Bills for"), data["for_whom"]),
            (_("When"), voice.instant(data["at"])),
        ],
        button=(_("Log In"), voice.address(data["link"])),
        closing=[
            _(
                "Autopay and payments that were set for later stay as they are: call {biller} at {phone} to "
                "change them, or if you have questions."
            ).format(biller=biller["name"], phone=biller["phone"])
        ],
    )


KIND = base.Kind(
    key="access_withdrawn",
    version="1",
    required=("name", "for_whom", "at", "by", "link"),
    words=_words,
)
