"""A payer's contact data were changed; tells the address there was and the one there is, never what it says now."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _parts(changed: list[str]) -> str:
    names = {"name": _("Name"), "email": _("Email Address"), "phone": _("Phone")}
    return ", ".join(names[part] for part in changed if part in names)


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]
    by = _("Changed online under My Profile.") if data["by"] == "payer" else _("Changed by {biller}.")
    return base.Words(
        subject=_("Your contact data at {biller} were changed").format(biller=biller["name"]),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} sends bills and receipts by these contact data. This was changed:").format(
                biller=biller["name"]
            ),
        ],
        facts=[
            (_("Changed"), _parts(data["changed"])),
            (_("When"), voice.instant(data["at"])),
            (_("How"), by.format(biller=biller["name"])),
        ],
        button=(_("See My Profile"), voice.address(data["link"])),
        closing=[
            _("It was not you? Call {biller} at {phone} right away.").format(
                biller=biller["name"], phone=biller["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="contact_changed",
    version="1",
    required=("payer_name", "changed", "at", "by", "link"),
    words=_words,
)
