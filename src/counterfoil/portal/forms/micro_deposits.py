"""The two small amounts, as people read them off a statement: $0.32, 0.32, .32 or 32 cents."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core.errors import Refused

_DOLLARS: Final = re.compile(r"^\$?\s*0?[.,](\d{1,2})$")
_CENTS: Final = re.compile(r"^(\d{1,2})\s*(?:\u00a2|c|cents?|centavos?)?$", re.IGNORECASE)


def read_cents(text: str) -> int | None:
    """Return the cents that somebody typed, 0 to 99; None for what cannot be read as less than a dollar."""
    typed = text.strip()
    if found := _DOLLARS.match(typed):
        return int(found[1].ljust(2, "0"))
    if found := _CENTS.match(typed):
        return int(found[1])
    return None


def _amount(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
        error_messages={"required": gettext_lazy("Enter the amount.")},
    )


class Amounts(forms.Form):
    """Both amounts; which comes first does not matter."""

    first = _amount(gettext_lazy("First amount"))
    second = _amount(gettext_lazy("Second amount"))

    def clean_first(self) -> int:
        """Read the first."""
        return self._read("first")

    def clean_second(self) -> int:
        """Read the second."""
        return self._read("second")

    def _read(self, name: str) -> int:
        cents = read_cents(self.cleaned_data[name])
        if not cents:
            raise forms.ValidationError(_("Enter an amount from $0.01 to $0.99."))
        return cents

    @property
    def amounts(self) -> tuple[int, int]:
        """The two amounts in cents."""
        return self.cleaned_data["first"], self.cleaned_data["second"]

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
