"""A payment waits for two small amounts that its payer types in: told at once, and on the second and fifth day."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("Your payment to {biller} waits for two small amounts").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "We are sending two small amounts to your account. Type them in here when they arrive, in 1 to 2 "
                "bank days."
            ),
            _(
                "Your payment of {amount} is sent by itself once they match. It counts as made on the day you "
                "submitted it."
            ).format(amount=voice.money(data["total_minor"])),
        ],
        facts=[
            (_("Payment number"), data["payment_number"]),
            (_("Submitted"), voice.instant(data["submitted_at"])),
            (_("Amount"), voice.money(data["total_minor"])),
            (_("Method"), data["method_label"]),
            (_("Canceled if not confirmed by"), voice.day(data["until"])),
        ],
        button=(_("Type in the amounts"), voice.address(data["link"])),
        closing=[
            _("You can also pay with another method on that page. Nothing is taken twice."),
            _("Questions? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"]),
        ],
    )


KIND = base.Kind(
    key="amounts_awaited",
    version="1",
    required=(
        "payer_name", "payment_number", "submitted_at", "total_minor", "currency", "method_label", "until", "link",
    ),
    words=_words,
)  # fmt: skip
