"""Money of a payment went back to the method it came from."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    amount = voice.money(data["amount_minor"])
    is_whole = data["amount_minor"] == data["paid_minor"]
    said = (
        _("{biller} has refunded your payment of {amount}.")
        if is_whole
        else _("{biller} has refunded {amount} of your payment of {paid}.")
    )
    return base.Words(
        subject=_("A refund of {amount} from {biller}").format(amount=amount, biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            said.format(biller=biller, amount=amount, paid=voice.money(data["paid_minor"])),
            _("The money goes back to {method}. Banks take up to 10 days to show it.").format(
                method=data["method_label"]
            ),
            *_reopened(data, voice),
        ],
        facts=[
            (_("Refund"), amount),
            (_("Refunded on"), voice.day(data["refunded_on"])),
            *([(_("Reason"), data["reason"])] if data.get("reason") else []),
            (_("For"), data["for_whom"]),
            (_("Payment number"), data["payment_number"]),
            (_("Submitted"), voice.instant(data["submitted_at"])),
        ],
        button=(_("View the payment"), voice.address(data["link"])),
        closing=[
            _("Questions? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"])
        ],
    )


def _reopened(data: base.Data, voice: base.Voice) -> list[str]:
    amount = data.get("reopened_minor", 0)
    said = _("{amount} of it was put back on the bills that this payment had paid.")
    return [said.format(amount=voice.money(amount))] if amount else []


KIND = base.Kind(
    key="payment_refunded",
    version="1",
    required=(
        "payer_name", "for_whom", "payment_number", "submitted_at", "amount_minor", "paid_minor", "currency",
        "method_label", "refunded_on", "link",
    ),
    words=_words,
)  # fmt: skip
