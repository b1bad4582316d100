"""A wallet's holder took the agreement back at the wallet: the method is disabled, and what used it stops."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("A payment method at {biller} was disabled").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "The agreement for this payment method was taken back at PayPal. We disabled it here. Nothing is "
                "charged to it any more."
            ),
            _(
                "Autopay and payments that were set to use it are stopped. Please choose another method for them."
            ),
        ],
        facts=[
            (_("Method"), data["method_label"]),
            (_("Disabled"), voice.instant(data["at"])),
        ],
        button=(_("See My Payment Methods"), voice.address(data["link"])),
        closing=[
            _("It was not you? Call {biller} at {phone} right away.").format(
                biller=biller, phone=data["biller"]["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="wallet_withdrawn",
    version="1",
    required=("payer_name", "method_label", "at", "link"),
    words=_words,
)
