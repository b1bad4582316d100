"""What we ask about a payment method ourselves; the card or account is asked for by the gateway's own fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core.errors import Refused
from counterfoil.methods.drafts import NewAddress
from counterfoil.methods.queries import AddressRow
from counterfoil.payers.rows import AccountRow
from counterfoil.ui.choices import Choice

NEW: Final = "new"
YES, NO = "yes", "no"
PAUSE: Final = "pause"
ADDRESS_PARTS: Final = ("line1", "line2", "city", "state", "postal_code")
KEPT: Final = ("nickname", "is_default", "address", *ADDRESS_PARTS, "may_collect")


def _line(label: Any, autocomplete: str, *, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": f"billing {autocomplete}"}),
    )


class MethodForm(forms.Form):
    """Account Nickname, Default Payment Method, Billing Address, and the accounts it is for where there are several."""

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
    accounts = forms.MultipleChoiceField(
        label=gettext_lazy("Use it for"),
        help_text=gettext_lazy("It is not offered for an account that you leave out."),
        widget=forms.CheckboxSelectMultiple,
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

    def __init__(
        self, *args: Any, saved: Sequence[AddressRow], accounts: Sequence[AccountRow], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.saved = saved
        self.several = accounts if len(accounts) > 1 else ()
        field = cast(forms.ChoiceField, self.fields["address"])
        field.choices = [
            *((str(row.id), Choice(row.line1, note=one_line(row))) for row in saved),
            (NEW, Choice(_("A new address"), icon="plus")),
        ]
        field.initial = str(saved[0].id) if saved else NEW
        if not self.several:
            del self.fields["accounts"]
            return
        several = cast(forms.MultipleChoiceField, self.fields["accounts"])
        several.choices = [
            (str(row.id), Choice(row.holder_name, note=_("Account %(number)s") % {"number": row.number}))
            for row in self.several
        ]
        several.initial = [str(row.id) for row in self.several]

    def clean(self) -> dict[str, Any]:
        """Ask for a new address only where one is to be made, and for one account at least."""
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
        if self.several and not values.get("accounts") and "accounts" not in self.errors:
            self.add_error("accounts", _("Choose at least one account."))
        return values

    def _is_new(self, values: dict[str, Any]) -> bool:
        return not self.saved or values.get("address") in {"", NEW, None}

    @property
    def account_ids(self) -> tuple[int, ...]:
        """The accounts it is for; none where it is for all of them, those to come included."""
        chosen = self.cleaned_data.get("accounts", [])
        return () if len(chosen) == len(self.several) else tuple(int(each) for each in chosen)

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

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class NewMethod(MethodForm):
    """The window Add Payment Method; `asks` is set where {biller} collects and the question must be answered."""

    field_order = ("nickname", "is_default", "accounts", "address", *ADDRESS_PARTS, "may_collect")

    def __init__(self, *args: Any, asks: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks = asks
        if asks:
            self.fields["may_collect"] = may_collect_field(biller_name=asks)

    @property
    def may_collect(self) -> bool | None:
        """The answer to the question; None where it was not asked."""
        return self.cleaned_data["may_collect"] == YES if self.asks else None

    def typed(self) -> dict[str, str]:
        """Return what was typed, to be kept on the way to the gateway's page and back."""
        values = {name: str(self.data.get(name, "")) for name in KEPT if self.data.get(name)}
        chosen = self.data.getlist("accounts") if hasattr(self.data, "getlist") else []
        return values | ({"accounts": ",".join(chosen)} if chosen else {})


class EditMethod(MethodForm):
    """Edit: nickname, default, billing address, the accounts it is for, and a card's expiry date."""

    expiry = forms.CharField(
        label=gettext_lazy("Expiration Date"),
        help_text=gettext_lazy("As it stands on the card, such as 04 / 2029."),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, is_card: bool, has_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_card, self.has_address = is_card, has_address
        if not is_card:
            del self.fields["expiry"]

    def _is_new(self, values: dict[str, Any]) -> bool:
        # Who added a method without an address need not make one up to change its name.
        if not self.has_address and not any(values.get(part) for part in ADDRESS_PARTS):
            return False
        return super()._is_new(values)

    @property
    def address_id(self) -> int | None:
        """The saved address that was chosen; None where there is none."""
        chosen = str(self.cleaned_data.get("address", ""))
        return int(chosen) if chosen.isdigit() and self.new_address is None else None

    def clean_expiry(self) -> tuple[int, int] | None:
        """Read month and year, the year in two digits or four."""
        month, _slash, year = self.cleaned_data["expiry"].replace(" ", "").replace("-", "/").partition("/")
        if not month and not year:
            raise forms.ValidationError(_("Enter the expiration date."))
        if not (month.isdecimal() and year.isdecimal() and len(month) <= 2 and len(year) in {2, 4}):
            raise forms.ValidationError(_("Enter the date as it stands on the card, such as 04 / 2029."))
        return int(month), int(year) + (2000 if len(year) == 2 else 0)


class Permission(forms.Form):
    """*May {biller} collect what I owe from this method?* on a page of its own; neither answer preset."""

    def __init__(self, *args: Any, biller_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["may_collect"] = may_collect_field(biller_name=biller_name)

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the question."""
        self.add_error("may_collect", refusal.message)


class UseAlso(forms.Form):
    """*Use also for {biller}*: a yes of its own, and the question where this biller collects."""

    agrees = forms.BooleanField(error_messages={"required": gettext_lazy("Tick this box to go on.")})

    def __init__(self, *args: Any, biller_name: str, asks: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks = asks
        words = _("Yes, %(biller)s may keep this method and charge it when I pay.")
        self.fields["agrees"].label = words % {"biller": biller_name}
        if asks:
            self.fields["may_collect"] = may_collect_field(biller_name=asks)

    @property
    def may_collect(self) -> bool | None:
        """The answer to the question; None where it was not asked."""
        return self.cleaned_data["may_collect"] == YES if self.asks else None

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class Instead(forms.Form):
    """What takes the place of a method that something uses; pausing only where it is disabled, not deleted."""

    instead = forms.ChoiceField(
        label=gettext_lazy("What takes its place?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what takes its place.")},
    )

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, Choice]], may_pause: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        paused = (
            PAUSE,
            Choice(_("Nothing: pause autopay and cancel what is scheduled"), icon="minus-circle"),
        )
        field = cast(forms.ChoiceField, self.fields["instead"])
        field.choices = [*choices, *([paused] if may_pause else [])]
        self.has_choices = bool(choices) or may_pause
        # Where there is only one way, it is chosen already.
        field.initial = PAUSE if may_pause and not choices else None

    @property
    def method_ref(self) -> str | None:
        """The method that was chosen; None where everything is to stop."""
        chosen = str(self.cleaned_data["instead"])
        return None if chosen == PAUSE else chosen

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the choice."""
        self.add_error("instead", refusal.message)


def may_collect_field(*, biller_name: str) -> forms.ChoiceField:
    """Return the question; neither answer is preset, and one must be given."""
    return forms.ChoiceField(
        label=_("May %(biller)s collect what I owe from this method?") % {"biller": biller_name},
        choices=[(YES, Choice(_("Yes"))), (NO, Choice(_("No")))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose Yes or No.")},
    )


def one_line(row: AddressRow) -> str:
    """Return an address in one line, without its first."""
    return ", ".join(part for part in (row.line2, row.city, f"{row.state} {row.postal_code}".strip()) if part)
