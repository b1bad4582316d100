"""A payer who already has a login is asked to add one more account to it; nobody registers twice."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("{biller} has added a bill to your access").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "{biller} would like to send you the bills for {whom} online. "
                "You already have a login: log in once, and these bills are added to it."
            ).format(biller=biller, whom=data["for_whom"]),
        ],
        button=(_("Log In and Add"), voice.address(data["link"])),
        closing=[
            _("This link works until {day}. It is only for you: please do not pass it on.").format(
                day=voice.day(data["expires_on"])
            ),
            _("You did not expect this? Call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            ),
        ],
    )


KIND = base.Kind(
    key="invitation_to_existing_login",
    version="1",
    required=("payer_name", "for_whom", "link", "expires_on"),
    words=_words,
    secrets=("link",),
)
