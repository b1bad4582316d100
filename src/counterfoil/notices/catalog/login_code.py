"""The code that logs somebody in without a password. It is a secret: encrypted until it is sent, then erased."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, own


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    return base.Words(
        subject=_("Your code to log in"),
        paragraphs=[
            _("Hello {name},").format(name=data["name"]),
            _(
                "Somebody asked for a code to log in at {biller} with your email address. If that was you, type it "
                "in on the page where you asked for it. It is good for {minutes} minutes."
            ).format(biller=data["biller"]["name"], minutes=own.minutes(data)),
        ],
        code=(_("Your code to log in"), data["code"]),
        facts=own.asked(data, voice),
        closing=[*own.about_code(), *own.not_asked(data)],
    )


KIND = base.Kind(
    key="login_code",
    version="1",
    required=("name", "at", "until", "device", "code"),
    words=_words,
    secrets=("code",),
    ends="until",
    is_urgent=True,
    is_private=True,
)
