"""A saved method changed: a new number, a new date, or what the bank or the network reported (E17)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _happened(what: str) -> str:
    if what == "replaced":
        return _("A new number was given for this payment method. What uses it goes on with the new one.")
    if what == "expiry":
        return _("The expiry date of this card was changed. What uses it goes on.")
    if what == "corrected":
        return _(
            "Your bank told us that this payment method has new details. What uses it goes on with them."
        )
    return _("This payment method was changed.")


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("A payment method was changed at {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _happened(data["what"]),
            _("Nothing was charged."),
        ],
        facts=[
            (_("Before"), data["before"]),
            (_("Now"), data["method_label"]),
            (_("Changed"), voice.instant(data["at"])),
        ],
        button=(_("See My Payment Methods"), voice.address(data["link"])),
        closing=[
            _("Something is wrong? Call {biller} at {phone} right away.").format(
                biller=biller, phone=data["biller"]["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="method_changed",
    version="1",
    required=("payer_name", "what", "before", "method_label", "at", "link"),
    words=_words,
)
