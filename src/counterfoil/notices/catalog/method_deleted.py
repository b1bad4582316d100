"""A saved method was deleted; tells the owner, in case it was somebody else."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("A payment method was deleted at {biller}").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "This payment method was deleted. It is not used again. Payments that are on their way go on, and "
                "their receipts stay."
            ),
        ],
        facts=[
            (_("Method"), data["method_label"]),
            (_("Deleted"), voice.instant(data["at"])),
        ],
        button=(_("See My Payment Methods"), voice.address(data["link"])),
        closing=[
            _("It was not you? Call {biller} at {phone} right away.").format(
                biller=biller, phone=data["biller"]["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="method_deleted",
    version="1",
    required=("payer_name", "method_label", "at", "link"),
    words=_words,
)
