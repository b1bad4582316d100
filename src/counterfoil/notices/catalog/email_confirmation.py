"""The code that shows that an address is somebody's own. It is encrypted until it is sent, then erased.

The address may have been typed wrong, so the message says nobody's name.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, own


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    return base.Words(
        subject=_("Is this your email address?"),
        paragraphs=[
            _("Hello,"),
            _(
                "Somebody wants to log in at {biller} with this email address from now on. If that was you, type "
                "this code in on the page where you asked for it. It is good for {minutes} minutes."
            ).format(biller=data["biller"]["name"], minutes=own.minutes(data)),
        ],
        code=(_("Your code for this address"), data["code"]),
        facts=own.asked(data, voice),
        closing=[*own.about_code(), *own.not_asked(data)],
    )


KIND = base.Kind(
    key="email_confirmation",
    version="1",
    required=("at", "until", "device", "code"),
    words=_words,
    secrets=("code",),
    ends="until",
    is_urgent=True,
    is_private=True,
)
