"""A refund that was told of did not arrive: the bank sent it back, and it is the payer's credit.

It is nobody's credit (`is_credit`) where the bank had sent the payment itself back too: the payer has that money.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    amount = voice.money(data["amount_minor"])
    return base.Words(
        subject=_("Your refund of {amount} did not arrive").format(amount=amount),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _(
                "Your bank did not take the refund of {amount} to {method} and sent it back to {biller}."
            ).format(amount=amount, method=data["method_label"], biller=biller),
            *_credit(data, biller),
        ],
        facts=[
            (_("Refund"), amount),
            (_("Sent back"), voice.day(data["refunded_on"])),
            (_("For"), data["for_whom"]),
            (_("Payment number"), data["payment_number"]),
        ],
        button=(_("View the payment"), voice.address(data["link"])),
        closing=[
            _("Questions? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"])
        ],
    )


def _credit(data: base.Data, biller: str) -> list[str]:
    said = _("Nothing is lost: it is your credit with {biller}. Call them if you want it another way.")
    return [said.format(biller=biller)] if data.get("is_credit", True) else []


KIND = base.Kind(
    key="refund_came_back",
    version="1",
    required=(
        "payer_name", "for_whom", "payment_number", "amount_minor", "currency", "method_label", "refunded_on", "link",
    ),
    words=_words,
)  # fmt: skip
