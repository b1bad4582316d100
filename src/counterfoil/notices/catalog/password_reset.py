"""The link to choose a new password. It is a secret: encrypted until it is sent, then erased."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, own


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    return base.Words(
        subject=_("Choose a new password"),
        paragraphs=[
            _("Hello {name},").format(name=data["name"]),
            _(
                "Somebody asked for a new password for your login at {biller}. If that was you, open this page and "
                "choose one. The button works once, until {until}."
            ).format(biller=data["biller"]["name"], until=voice.instant(data["until"])),
        ],
        button=(_("Choose a Password"), voice.address(data["link"])),
        facts=own.asked(data, voice),
        closing=own.not_asked(data),
    )


KIND = base.Kind(
    key="password_reset",
    version="1",
    required=("name", "at", "until", "device", "link"),
    words=_words,
    secrets=("link",),
    ends="until",
    is_urgent=True,
    is_private=True,
)
