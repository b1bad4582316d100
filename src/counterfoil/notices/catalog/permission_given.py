"""A biller may collect from a method from now on: the payer's copy of what was accepted (NA-05)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("{biller} may collect what you owe").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("You allowed {biller} to collect what you owe from this payment method.").format(biller=biller),
            _("This is what you accepted. Keep it for your records."),
            *data["text"].split("\n\n"),
        ],
        facts=[
            (_("Method"), data["method_label"]),
            (_("Accepted"), voice.instant(data["at"])),
        ],
        button=(_("See My Payment Methods"), voice.address(data["link"])),
        closing=[
            _("You can end this at any time: under My Payment Methods, Edit, or by calling {phone}.").format(
                phone=data["biller"]["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="permission_given",
    version="1",
    required=("payer_name", "method_label", "at", "text", "link"),
    words=_words,
)
