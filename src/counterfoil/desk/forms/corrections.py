"""What staff type when they correct an invoice, or write down a check or cash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core import format as formats, sensitive
from counterfoil.flows.payments import record_by_hand
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.queries import LineRow
from counterfoil.payers.rows import PayerRow

MORE_LINES: Final = 3
MONEY: Final = {"data-ui": "money"}


def plain(minor: int) -> str:
    """Return minor units as one types them: `1200.00`; below zero with a minus sign."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


class Correction(forms.Form):
    """What every correction has: the form's one-time token, and why."""

    token = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The payer reads it in the message."),
        max_length=200,
        required=False,
        validators=[sensitive.CleanText()],
    )

    def read_money(self, name: str, *, below_zero: bool = False) -> int:
        """Return the minor units of a field; what cannot be read is an error beside it, and zero."""
        text = str(self.cleaned_data.get(name, "")).strip()
        is_below = below_zero and text.startswith("-")
        try:
            minor = formats.parse_money(text.removeprefix("-") if is_below else text)
        except formats.NotMoney as error:
            self.add_error(name, str(error))
            return 0
        return -minor if is_below else minor


class Void(Correction):
    """Nothing but why."""


class Credit(Correction):
    """How much to take off."""

    amount = forms.CharField(label=gettext_lazy("Credit"), max_length=20, widget=forms.TextInput(attrs=MONEY))
    field_order = ["token", "amount", "reason"]

    def clean(self) -> dict[str, Any]:
        """Read the amount."""
        values = super().clean() or self.cleaned_data
        if "amount" in values:
            values["amount_minor"] = self.read_money("amount")
        return values


class Readdress(Correction):
    """To whom."""

    payer = forms.ChoiceField(label=gettext_lazy("New addressee"), widget=forms.RadioSelect)
    field_order = ["token", "payer"]

    def __init__(self, *args: Any, payers: Sequence[PayerRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]
        cast(forms.ChoiceField, self.fields["payer"]).choices = [
            (payer.public_id, payer.name) for payer in payers
        ]


class Edit(Correction):
    """The due date and the lines; a line without words and amount is left out."""

    due_on = forms.DateField(label=gettext_lazy("Due date"), widget=forms.DateInput)
    field_order = ["token", "due_on"]

    def __init__(self, *args: Any, lines: Sequence[LineRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: tuple[NewLine, ...] = ()
        shown = [(line.description, plain(line.amount_minor)) for line in lines] + [("", "")] * MORE_LINES
        for number, (words, amount) in enumerate(shown, start=1):
            self.fields[f"line_{number}"] = forms.CharField(
                label=_("Line %(number)s") % {"number": number},
                max_length=200,
                required=False,
                initial=words,
                validators=[sensitive.CleanText()],
            )
            self.fields[f"amount_{number}"] = forms.CharField(
                label=_("Amount of line %(number)s") % {"number": number},
                max_length=20,
                required=False,
                initial=amount,
                widget=forms.TextInput(attrs=MONEY),
            )
        self.count = len(shown)
        self.order_fields([name for name in self.fields if name != "reason"])

    def clean(self) -> dict[str, Any]:
        """Read the lines that say something."""
        values = super().clean() or self.cleaned_data
        read = []
        for number in range(1, self.count + 1):
            words = str(values.get(f"line_{number}", "")).strip()
            if not words and not str(values.get(f"amount_{number}", "")).strip():
                continue
            if not words:
                self.add_error(f"line_{number}", _("Say what this line is for."))
            read.append(NewLine(words, self.read_money(f"amount_{number}", below_zero=True)))
        self.lines = tuple(read)
        return values


class RecordPayment(Correction):
    """A check, cash, or money that came by another system."""

    payer = forms.ChoiceField(label=gettext_lazy("Who paid"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=gettext_lazy("How"),
        widget=forms.RadioSelect,
        choices=[
            (record_by_hand.CHECK, gettext_lazy("Check")),
            (record_by_hand.CASH, gettext_lazy("Cash")),
            (record_by_hand.EXTERNAL, gettext_lazy("Paid elsewhere")),
        ],
    )
    check_number = forms.CharField(
        label=gettext_lazy("Check number"), max_length=20, required=False, validators=[sensitive.CleanText()]
    )
    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=20, widget=forms.TextInput(attrs=MONEY))
    received_on = forms.DateField(label=gettext_lazy("Received on"), widget=forms.DateInput)
    applies_to = forms.ChoiceField(
        label=gettext_lazy("Apply to"),
        widget=forms.RadioSelect,
        choices=[
            (record_by_hand.OLDEST, gettext_lazy("Open invoices, oldest to newest")),
            (record_by_hand.CREDIT, gettext_lazy("Do not apply: keep it as credit")),
        ],
    )
    field_order = ["token", "payer", "kind", "check_number", "amount", "received_on", "applies_to"]

    def __init__(self, *args: Any, payers: Sequence[PayerRow], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]
        cast(forms.ChoiceField, self.fields["payer"]).choices = [
            (payer.public_id, payer.name) for payer in payers
        ]
        self.fields["received_on"].widget.attrs["max"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        """Read the amount."""
        values = super().clean() or self.cleaned_data
        if "amount" in values:
            values["amount_minor"] = self.read_money("amount")
        return values
