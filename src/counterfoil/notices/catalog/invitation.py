"""A payer is asked to register. The link is a secret: encrypted until it is sent, then erased."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    whom = data["for_whom"]
    return base.Words(
        subject=_("{biller} invites you to see and pay bills online").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "{biller} would like to send you the bills for {whom} online. "
                "You can see each bill, pay it, and keep your receipts in one place."
            ).format(biller=biller, whom=whom),
        ],
        button=(_("Set Up My Access"), voice.address(data["link"])),
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
    key="invitation",
    version="1",
    required=("payer_name", "for_whom", "link", "expires_on"),
    words=_words,
    secrets=("link",),
)
