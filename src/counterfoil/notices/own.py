"""What messages have in common by which somebody proves who they are: a code or a link that was asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def minutes(data: base.Data) -> int:
    """Return for how many minutes it is good, from when it was asked for."""
    asked_at, until = (datetime.fromisoformat(data[token]) for token in ("at", "until"))
    return (until - asked_at) // timedelta(minutes=1)


def asked(data: base.Data, voice: base.Voice) -> list[tuple[str, str]]:
    """Say when it was asked for, and on what: who did not ask sees it there."""
    return [(_("When"), voice.instant(data["at"])), (_("Device"), data["device"])]


def about_code() -> list[str]:
    """Say that nobody of ours asks for the code, and that the other one in the message is not it."""
    return [
        _("Never tell this code to anybody. We never ask for it, not even on the phone."),
        _("The message code below is another one: it only shows that this message is from us."),
    ]


def not_asked(data: base.Data) -> list[str]:
    """Say what to do where somebody else asked for it: nothing; and whom to call."""
    return [
        _("You did not ask for this? Then you can leave this message alone: nothing was changed."),
        shared.call(data),
    ]
