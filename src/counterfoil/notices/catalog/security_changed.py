"""How somebody logs in was changed: password, passkey, one-time codes, or the address itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _done(what: str) -> str:
    return {
        "password": _("Your password was changed."),
        "email": _("The email address you log in with was changed."),
        "one_time_codes_added": _("One-time codes from an app were set up for your login."),
        "one_time_codes_removed": _("One-time codes from an app were taken off your login."),
        "passkey_added": _("A passkey was added to your login."),
        "passkey_removed": _("A passkey was taken off your login."),
        "recovery_codes": _("New recovery codes were made for your login. The old ones no longer work."),
    }.get(what, _("The way you log in was changed."))


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]
    return base.Words(
        subject=_("The way you log in was changed"),
        paragraphs=[_("Hello {name},").format(name=data["name"]), _done(data["what"])],
        facts=[
            (_("When"), voice.instant(data["at"])),
            (_("Device"), data["device"]),
        ],
        button=(_("See how you log in"), voice.address(data["link"])),
        closing=[
            _("It was not you? Call {biller} at {phone} right away.").format(
                biller=biller["name"], phone=biller["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="security_changed",
    version="1",
    required=("name", "what", "at", "device", "link"),
    words=_words,
)
