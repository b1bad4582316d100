"""What we ask about a payment method ourselves; the card or account is asked for by the gateway's own fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core.errors import Refused
from counterfoil.methods.drafts import NewAddress
from counterfoil.methods.queries import AddressRow
from counterfoil.ui.choices import Choice

NEW: Final = "new"
ADDRESS_PARTS: Final = ("line1", "line2", "city", "state", "postal_code")
KEPT: Final = ("nickname", "is_default", "address", *ADDRESS_PARTS)


def _line(label: Any, autocomplete: str, *, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": f"billing {autocomplete}"}),
    )


class NewMethod(forms.Form):
    """Account Nickname, Default Payment Method and Billing Address."""

    nickname = forms.CharField(
        label=gettext_lazy("Account Nickname"),
        help_text=gettext_lazy("We suggest the resident's first and last name."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter a nickname.")},
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Default Payment Method"),
        help_text=gettext_lazy("It is chosen for you when you make a payment."),
        required=False,
    )
    address = forms.ChoiceField(
        label=gettext_lazy("Billing Address"), widget=forms.RadioSelect, required=False
    )
    line1 = _line(gettext_lazy("Street Address"), "address-line1", longest=120)
    line2 = _line(gettext_lazy("Apartment, suite or unit"), "address-line2", longest=120)
    city = _line(gettext_lazy("City"), "address-level2", longest=80)
    state = _line(gettext_lazy("State"), "address-level1", longest=40)
    postal_code = _line(gettext_lazy("ZIP Code"), "postal-code", longest=12)

    def __init__(self, *args: Any, saved: Sequence[AddressRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.saved = saved
        field = cast(forms.ChoiceField, self.fields["address"])
        field.choices = [
            *((str(row.id), Choice(row.line1, note=one_line(row))) for row in saved),
            (NEW, Choice(_("A new address"), icon="plus")),
        ]
        field.initial = str(saved[0].id) if saved else NEW

    def clean(self) -> dict[str, Any]:
        """Ask for a new address only where one is to be made."""
        values = super().clean() or self.cleaned_data
        if self._is_new(values):
            asked = {
                "line1": _("Enter the street address."),
                "city": _("Enter the city."),
                "state": _("Enter the state."),
                "postal_code": _("Enter the ZIP code."),
            }
            for name, message in asked.items():
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, message)
        return values

    def _is_new(self, values: dict[str, Any]) -> bool:
        return not self.saved or values.get("address") in {"", NEW, None}

    @property
    def address_id(self) -> int | None:
        """The saved address that was chosen."""
        return None if self._is_new(self.cleaned_data) else int(self.cleaned_data["address"])

    @property
    def new_address(self) -> NewAddress | None:
        """The address that was typed."""
        if not self._is_new(self.cleaned_data):
            return None
        return NewAddress(*(self.cleaned_data[part] for part in ADDRESS_PARTS))

    def typed(self) -> dict[str, str]:
        """Return what was typed, to be kept on the way to the gateway's page and back."""
        return {name: str(self.data.get(name, "")) for name in KEPT if self.data.get(name)}

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class EditMethod(forms.Form):
    """Edit: the nickname, and whether it is the default."""

    nickname = forms.CharField(
        label=gettext_lazy("Account Nickname"),
        help_text=gettext_lazy("We suggest the resident's first and last name."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter a nickname.")},
    )
    is_default = forms.BooleanField(label=gettext_lazy("Default Payment Method"), required=False)

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


def one_line(row: AddressRow) -> str:
    """Return an address in one line, without its first."""
    return ", ".join(part for part in (row.line2, row.city, f"{row.state} {row.postal_code}".strip()) if part)
