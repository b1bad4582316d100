"""A biller may no longer collect from a method (E16)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("{biller} no longer collects from your payment method").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "{biller} may no longer collect what you owe from this payment method. Payments that are already at "
                "your bank finish. What you owe stays owed: please pay your bills yourself."
            ).format(biller=biller),
        ],
        facts=[
            (_("Method"), data["method_label"]),
            (_("Ended"), voice.instant(data["at"])),
            (_("Confirmation number"), data["number"]),
        ],
        button=(_("See My Payment Methods"), voice.address(data["link"])),
        closing=[
            _("Questions? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"])
        ],
    )


KIND = base.Kind(
    key="permission_withdrawn",
    version="1",
    required=("payer_name", "method_label", "at", "number", "link"),
    words=_words,
)
