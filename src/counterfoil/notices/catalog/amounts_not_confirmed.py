"""A payment that waited for its account to be confirmed was canceled; it was never sent."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.notices import base

_WHY: Final = {
    "late": gettext_lazy("The two small amounts were not typed in within ten days."),
    "locked": gettext_lazy("The two small amounts were typed in wrong too often."),
    "gone": gettext_lazy("The bank account was taken away before it was confirmed."),
}


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("Your payment to {biller} was canceled").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "Your payment of {amount} to {biller} was canceled. It was never sent and no money was taken."
            ).format(amount=voice.money(data["total_minor"]), biller=biller),
            str(_WHY[data["why"]]),
            _("What it was for is owed again."),
        ],
        facts=[
            (_("Payment number"), data["payment_number"]),
            (_("Submitted"), voice.instant(data["submitted_at"])),
            (_("Amount"), voice.money(data["total_minor"])),
            (_("Method"), data["method_label"]),
        ],
        button=(_("View and Pay"), voice.address(data["link"])),
        closing=[
            _("Questions, or another way to pay? Call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="amounts_not_confirmed",
    version="1",
    required=(
        "payer_name", "payment_number", "submitted_at", "total_minor", "currency", "method_label", "why", "link",
    ),
    words=_words,
)  # fmt: skip
