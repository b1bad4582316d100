"""Somebody logged in from a browser that this login has not used before; tells its owner."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]
    return base.Words(
        subject=_("A new device logged in with your email address"),
        paragraphs=[
            _("Hello {name},").format(name=data["name"]),
            _(
                "Somebody logged in as {email} at {biller}, from a device we have not seen with your login "
                "before. If that was you, there is nothing to do."
            ).format(email=data["email"], biller=biller["name"]),
        ],
        facts=[
            (_("When"), voice.instant(data["at"])),
            (_("Device"), data["device"]),
        ],
        button=(_("See where you are logged in"), voice.address(data["link"])),
        closing=[
            _(
                "It was not you? Change your password and log out everywhere else right away. {biller} helps "
                "you at {phone}."
            ).format(biller=biller["name"], phone=biller["phone"])
        ],
    )


KIND = base.Kind(
    key="new_device",
    version="1",
    required=("name", "email", "at", "device", "link"),
    words=_words,
)
