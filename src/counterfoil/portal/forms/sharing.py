"""Asking somebody to pay part of a bill, and giving somebody access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core import format as core_format, sensitive
from counterfoil.core.errors import Refused
from counterfoil.methods.queries import MethodRow
from counterfoil.portal.forms.pay import DAYS, method_choice
from counterfoil.ui.choices import Choice

PERCENT, AMOUNT = "percent", "amount"
SEE, PAY = "see", "pay"
OWN: Final = "own"
WHOLE_BP: Final = 10_000


def _money(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"data-ui": "money"})
    return forms.CharField(required=False, max_length=20, label=label, help_text=help_text, widget=widget)


class _Person(forms.Form):
    """Who is asked, and whether that person may see what the bills are for."""

    name = forms.CharField(
        label=gettext_lazy("Name of the person"),
        max_length=120,
        validators=[sensitive.CleanText()],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the person's name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the person"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter the person's e-mail address."),
            "invalid": gettext_lazy("Enter an e-mail address, such as name@example.com."),
        },
    )
    sees_lines = forms.BooleanField(
        required=False,
        label=gettext_lazy("Let this person see what each bill is for"),
        help_text=gettext_lazy("Without it the person sees the amounts and due dates only."),
    )

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)

    def _minor(self, values: Mapping[str, Any], name: str) -> int:
        try:
            return core_format.parse_money(values.get(name, ""))
        except core_format.NotMoney as error:
            self.add_error(name, str(error))
            return 0


class AskForm(_Person):
    """Ask someone to pay part: who, how much, and a word to go with it."""

    part = forms.ChoiceField(
        label=gettext_lazy("How much should this person pay?"),
        widget=forms.RadioSelect,
        choices=[
            (PERCENT, Choice(gettext_lazy("A part in percent"), note=gettext_lazy("50 is one half."))),
            (AMOUNT, Choice(gettext_lazy("A fixed amount"), note=gettext_lazy("The same for each bill."))),
        ],
        initial=PERCENT,
    )
    percent = forms.CharField(
        required=False,
        max_length=6,
        label=gettext_lazy("Percent"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        initial="50",
    )
    amount = _money(gettext_lazy("Amount"))
    note = forms.CharField(
        required=False,
        label=gettext_lazy("A word to this person"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": "3"}),
        validators=[sensitive.CleanText()],
    )
    field_order = ("name", "email", "part", "percent", "amount", "sees_lines", "note")

    percent_bp = 0
    amount_minor = 0

    def clean(self) -> dict[str, Any]:
        """Read the part that was chosen; what stands in the other field is left alone."""
        values = super().clean() or self.cleaned_data
        if values.get("part") == PERCENT:
            self.percent_bp = self._percent(values)
        elif values.get("part") == AMOUNT:
            self.amount_minor = self._minor(values, "amount")
            if not self.amount_minor and "amount" not in self.errors:
                self.add_error("amount", _("Enter an amount above zero."))
        return values

    def _percent(self, values: Mapping[str, Any]) -> int:
        typed = str(values.get("percent", "")).strip().removesuffix("%").strip()
        try:
            hundredths = Decimal(typed) * 100
        except InvalidOperation:
            hundredths = Decimal(0)
        if not 0 < hundredths <= WHOLE_BP or hundredths != hundredths.to_integral_value():
            self.add_error("percent", _("Enter a percentage between 0.01 and 100, such as 50."))
            return 0
        return int(hundredths)


class AccessForm(_Person):
    """Give access: who, to see or to pay, how much, from what, until when."""

    may = forms.ChoiceField(
        label=gettext_lazy("What may this person do?"),
        widget=forms.RadioSelect,
        choices=[
            (SEE, Choice(gettext_lazy("See what is owed"), note=gettext_lazy("And pay nothing."))),
            (PAY, Choice(gettext_lazy("See and pay"), note=gettext_lazy("Up to the amounts below."))),
        ],
        initial=SEE,
    )
    limit = _money(gettext_lazy("One payment, at most"))
    total = _money(gettext_lazy("All payments together, at most"))
    method = forms.ChoiceField(
        required=False,
        label=gettext_lazy("What may this person pay with?"),
        widget=forms.RadioSelect,
        initial=OWN,
    )
    until = forms.DateField(
        label=gettext_lazy("Access ends after this day"),
        input_formats=DAYS,
        error_messages={
            "required": gettext_lazy("Choose the last day of the access."),
            "invalid": gettext_lazy("Enter a day, such as 12/05/2026."),
        },
    )
    field_order = ("name", "email", "may", "limit", "total", "method", "until", "sees_lines")

    limit_minor = 0
    total_minor = 0

    def __init__(
        self, *args: Any, methods: Sequence[MethodRow], first: date, last: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = Choice(_("The person's own card or account"), note=_("You never see its number."), icon="user")
        cast(forms.ChoiceField, self.fields["method"]).choices = [
            (OWN, own),
            *((method.public_id, method_choice(method)) for method in methods),
        ]
        self.fields["until"].widget = forms.DateInput(
            attrs={"min": first.isoformat(), "max": last.isoformat()}
        )

    @property
    def method_ref(self) -> str:
        """The method of the payer's own that was named; empty for the helper's own, and for who only sees."""
        named = str(self.cleaned_data.get("method", ""))
        return named if self.may_pay and named != OWN else ""

    @property
    def may_pay(self) -> bool:
        """Tell whether the person may pay."""
        return self.cleaned_data.get("may") == PAY

    def clean(self) -> dict[str, Any]:
        """Read the limits where the person may pay."""
        values = super().clean() or self.cleaned_data
        if values.get("may") == PAY:
            self.limit_minor = self._minor(values, "limit")
            self.total_minor = self._minor(values, "total")
        return values
