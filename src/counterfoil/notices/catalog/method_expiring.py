"""A saved card expires soon."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    in_use = [_("Payments that are set for later, or autopay, use this card.")] if data["is_in_use"] else []
    return base.Words(
        subject=_("Your card at {biller} expires soon").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("This card, saved for payments to {biller}, expires soon.").format(biller=biller),
            *in_use,
            _(
                "Did your bank send you a new card? If its number is the same, change the expiry date. If the number "
                "is new, choose Replace the number."
            ),
        ],
        facts=[
            (_("Method"), data["method_label"]),
            (_("Last day"), voice.day(data["last_day"])),
        ],
        button=(_("Update this card"), voice.address(data["link"])),
        closing=[
            _("Questions? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"])
        ],
    )


KIND = base.Kind(
    key="method_expiring",
    version="1",
    required=("payer_name", "method_label", "last_day", "link"),
    words=_words,
)
