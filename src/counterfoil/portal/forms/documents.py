"""Which period a statement is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

LONGEST_DAYS: Final = 3 * 366


class Period(forms.Form):
    """Whose account, from which day to which."""

    of = forms.ChoiceField(label=gettext_lazy("Account"), required=False)
    first = forms.DateField(
        label=gettext_lazy("From"),
        widget=forms.DateInput,
        error_messages={"required": gettext_lazy("Choose the first day.")},
    )
    last = forms.DateField(
        label=gettext_lazy("To"),
        widget=forms.DateInput,
        error_messages={"required": gettext_lazy("Choose the last day.")},
    )

    def __init__(
        self, *args: Any, accounts: Sequence[tuple[str, str]], today: date | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["of"]).choices = list(accounts)
        self.accounts = accounts
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, begins after today, or is longer than three years."""
        values = super().clean() or self.cleaned_data
        first, last = values.get("first"), values.get("last")
        if not values.get("of") and self.accounts:
            values["of"] = self.accounts[0][0]
        if first and self.today and first > self.today:
            self.add_error("first", _("This day is still ahead."))
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        if first and last and (last - first).days > LONGEST_DAYS:
            self.add_error("last", _("Choose at most three years."))
        return values
