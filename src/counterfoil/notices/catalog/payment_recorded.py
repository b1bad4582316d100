"""A check or cash came to the office and was written down."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    amount = voice.money(data["amount_minor"])
    facts = [
        (_("Payment number"), data["payment_number"]),
        (_("Received on"), voice.day(data["received_on"])),
        (_("For"), data["for_whom"]),
        (_("Paid by"), _method(data)),
        *bills.paid(data, voice),
    ]
    if data.get("credit_minor"):
        facts.append((_("Credit for your next invoice"), voice.money(data["credit_minor"])))
    return base.Words(
        subject=_("{biller} received your payment").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} received your payment of {amount}. Thank you.").format(biller=biller, amount=amount),
        ],
        facts=[*facts, (_("Total"), amount)],
        button=(_("See the Payment"), voice.address(data["link"])),
        closing=[
            _("Something is not right? Call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            )
        ],
    )


def _method(data: base.Data) -> str:
    if data["method_kind"] == "cash":
        return _("Cash")
    number = data.get("check_number", "")
    if data["method_kind"] == "check":
        return _("Check {number}").format(number=number) if number else _("Check")
    return _("Paid outside the portal")


KIND = base.Kind(
    key="payment_recorded",
    version="1",
    required=(
        "payer_name", "for_whom", "payment_number", "received_on", "method_kind", "amount_minor", "currency",
        "link",
    ),
    words=_words,
)  # fmt: skip
