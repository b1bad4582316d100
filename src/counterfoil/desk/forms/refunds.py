"""How much of a payment goes back, and what becomes of the bills that it paid."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core.errors import Refused
from counterfoil.desk.forms.corrections import MONEY, Correction
from counterfoil.flows.refunds import give_back
from counterfoil.payments.rows import PaymentRow
from counterfoil.ui import formats
from counterfoil.ui.choices import Choice

OWED: Final = "owed"
LOWERED: Final = "lowered"
_BILLS: Final = (
    (
        OWED,
        Choice(
            gettext_lazy("Is owed again"),
            gettext_lazy("The bill stays as it was: the payer pays it another way."),
        ),
    ),
    (
        LOWERED,
        Choice(
            gettext_lazy("Is lowered by the same amount"),
            gettext_lazy("The bill gets a credit: the payer does not owe this any more."),
        ),
    ),
)


class Refund(Correction):
    """Asks for the fee where there is one left, and for the bills where the payment pays any."""

    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=20, widget=forms.TextInput(attrs=MONEY))
    gives_fee_back = forms.BooleanField(required=False)
    lowers_bills = forms.ChoiceField(
        label=gettext_lazy("What it paid"), widget=forms.RadioSelect, choices=_BILLS, initial=OWED
    )
    field_order = ["token", "amount", "gives_fee_back", "lowers_bills", "reason"]

    def __init__(self, *args: Any, payment: PaymentRow, pays_bills: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = formats.money(give_back.refundable_minor(payment), currency=payment.currency)
        self.fields["amount"].help_text = _("Up to %(amount)s can be refunded.") % {"amount": most}
        fee_minor = payment.fee_minor - payment.refunded_fee_minor
        fee = formats.money(fee_minor, currency=payment.currency)
        self.fields["gives_fee_back"].label = _("Refund the fee of %(fee)s too") % {"fee": fee}
        # What was sent stays: a second click says the same as the first one, after which nothing is left.
        if not fee_minor and "gives_fee_back" not in self.data:
            del self.fields["gives_fee_back"]
        if not pays_bills and "lowers_bills" not in self.data:
            del self.fields["lowers_bills"]

    def clean(self) -> dict[str, Any]:
        """Read the amount."""
        values = super().clean() or self.cleaned_data
        if "amount" in values:
            values["amount_minor"] = self.read_money("amount")
        return values

    def wish(self, *, key: str, seen: str) -> give_back.Wish:
        """Return what was chosen; `seen` is the digest of what was reviewed, empty before it was."""
        values = self.cleaned_data
        return give_back.Wish(
            amount_minor=values["amount_minor"],
            gives_fee_back=values.get("gives_fee_back", False),
            lowers_bills=values.get("lowers_bills") == LOWERED,
            reason=values["reason"],
            key=key,
            seen=seen,
        )

    def refuse(self, refusal: Refused) -> None:
        """Put a refusal beside the field that it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
