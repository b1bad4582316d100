"""Somebody joins a biller's staff: the link to choose a password, or to log in where there is one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]
    if data["is_new"] == "yes":
        what = _("Choose a password within three days. Your email address is your user name.")
        button = _("Choose a Password")
    else:
        what = _("Log in with the password you have. You then find {biller} at the desk.").format(
            biller=biller["name"]
        )
        button = _("Log In")
    return base.Words(
        subject=_("You now work with the bills of {biller}").format(biller=biller["name"]),
        paragraphs=[
            _("Hello {name},").format(name=data["name"]),
            _("{biller} has made you a member of its staff in the billing system.").format(
                biller=biller["name"]
            ),
            what,
        ],
        button=(button, voice.address(data["link"])),
        closing=[
            _("You did not expect this? Call {biller} at {phone}.").format(
                biller=biller["name"], phone=biller["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="staff_invitation",
    version="1",
    required=("name", "is_new", "link"),
    words=_words,
    secrets=("link",),
)
