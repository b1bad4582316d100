"""Several payments in one sitting: which bills, how much of each, and one method for each biller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from counterfoil.core import format as core_format
from counterfoil.methods.queries import MethodRow
from counterfoil.payers.rows import PayerRow
from counterfoil.portal.bills import Owed
from counterfoil.portal.forms.pay import fee_words, method_choice
from counterfoil.portal.kept import KeptPart
from counterfoil.ui import formats
from counterfoil.ui.choices import Choice

METHOD, PICK, AMOUNT = "method_", "pick_", "amount_"
MOST_AT_ONCE = 20  # what was chosen travels in an address, and each is a call to a gateway


@dataclass(frozen=True, slots=True)
class Together:
    """Bills that one method can pay: those of one payer at one biller, for accounts with the same methods.

    `key` names the group among the form's fields; `expired` are cards that are shown and cannot be chosen;
    `takes_less`, `takes_more`: this biller lets other amounts be paid than what is outstanding. `fees`: what each
    kind of method costs for each payment, so for each account, in minor units; empty where nothing does.
    """

    key: str
    payer: PayerRow
    biller_name: str
    owed: Sequence[Owed]
    methods: Sequence[MethodRow]
    adds_bank: bool
    adds_card: bool
    expired: Sequence[MethodRow] = ()
    can_renew: bool = False
    takes_less: bool = True
    takes_more: bool = True
    fees: Mapping[str, int] = field(default_factory=dict)

    @property
    def choices(self) -> list[tuple[str, Choice]]:
        """The methods as choice cards; where this biller takes a fee, each says what it costs for each account."""
        currency = self.owed[0].currency
        return [
            (method.public_id, method_choice(method, fee=fee_words(self.fees, method.kind, currency)))
            for method in self.methods
        ]


@dataclass(frozen=True, slots=True)
class OwedField:
    """One account with its checkbox and its dollar field."""

    owed: Owed
    pick: BoundField
    amount: BoundField


@dataclass(frozen=True, slots=True)
class TogetherFields:
    """One biller's bills with their fields."""

    together: Together
    method: BoundField
    picks: Sequence[OwedField]


class SelectSeveral(forms.Form):
    """Step 1 for more than one person or biller."""

    def __init__(self, *args: Any, several: Sequence[Together], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.several = several
        self.chosen: tuple[KeptPart, ...] = ()
        for each in several:
            self.fields[METHOD + each.key] = forms.ChoiceField(
                required=False,
                label=_("From, for %(biller)s") % {"biller": each.biller_name},
                widget=forms.RadioSelect,
                error_messages={
                    "invalid_choice": _("This payment method cannot be used now. Choose another one.")
                },
            )
            field = cast(forms.ChoiceField, self.fields[METHOD + each.key])
            field.choices = each.choices
            field.initial = each.methods[0].public_id if each.methods else ""
            for owed in each.owed:
                self.fields[_pick(each, owed)] = forms.BooleanField(
                    required=False, label=owed.for_whom, initial=True
                )
                self.fields[_amount(each, owed)] = _amount_field(each, owed)

    @property
    def together_fields(self) -> list[TogetherFields]:
        """The bills with their fields, by biller."""
        return [
            TogetherFields(
                each,
                self[METHOD + each.key],
                [OwedField(owed, self[_pick(each, owed)], self[_amount(each, owed)]) for owed in each.owed],
            )
            for each in self.several
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for a method where a bill is ticked, and for a bill."""
        values = super().clean() or self.cleaned_data
        chosen = []
        for each in self.several:
            picked = [owed for owed in each.owed if values.get(_pick(each, owed))]
            name = METHOD + each.key
            if picked and not values.get(name) and name not in self.errors:
                self.add_error(
                    name, _("Choose how you want to pay %(biller)s.") % {"biller": each.biller_name}
                )
            chosen += [
                KeptPart(
                    each.payer.public_id,
                    owed.account_ref,
                    values.get(name, ""),
                    amount_minor=self._other_amount(each, owed),
                )
                for owed in picked
            ]
        self.chosen = tuple(chosen)
        if not chosen:
            self.add_error(None, _("Choose at least one bill to pay."))
        if len(chosen) > MOST_AT_ONCE:
            self.add_error(None, _("Choose %(most)s bills or fewer at one time.") % {"most": MOST_AT_ONCE})
        return values

    def _other_amount(self, each: Together, owed: Owed) -> int:
        """Return what was typed instead of what is outstanding; 0 where it is that, or cannot be."""
        name = _amount(each, owed)
        if name not in self.data:
            return 0
        try:
            minor = core_format.parse_money(self.cleaned_data.get(name, ""))
        except core_format.NotMoney as error:
            self.add_error(name, str(error))
            return 0
        whole = formats.money(owed.outstanding_minor, currency=owed.currency)
        if minor <= 0:
            self.add_error(name, _("Enter an amount above zero."))
        elif minor > owed.outstanding_minor and not each.takes_more:
            self.add_error(name, _("Enter %(most)s or less.") % {"most": whole})
        elif minor < owed.outstanding_minor and not each.takes_less:
            self.add_error(name, _("Here everything is paid at once: %(whole)s.") % {"whole": whole})
        elif minor != owed.outstanding_minor:
            return minor
        return 0


def posted(parts: Sequence[KeptPart], several: Sequence[Together]) -> dict[str, Any]:
    """Return what step 1 would have posted for these, to draw it again with everything kept."""
    values: dict[str, Any] = {
        _amount(each, owed): _plain(owed.outstanding_minor) for each in several for owed in each.owed
    }
    for part in parts:
        if part.amount_minor:
            values[f"{AMOUNT}{part.payer_ref}_{part.account_ref}"] = _plain(part.amount_minor)
        values[f"{PICK}{part.payer_ref}_{part.account_ref}"] = "on"
        for each in several:
            if each.payer.public_id == part.payer_ref and any(
                owed.account_ref == part.account_ref for owed in each.owed
            ):
                values[METHOD + each.key] = part.method_ref
    return values


def _amount_field(each: Together, owed: Owed) -> forms.CharField:
    money: dict[str, Any] = {"data-ui": "money"}
    if not (each.takes_less or each.takes_more):
        money["readonly"] = True
    named = {"name": owed.for_whom, "number": owed.account_number}
    return forms.CharField(
        required=False,
        max_length=20,
        label=_("Amount for %(name)s, account %(number)s") % named,
        widget=forms.TextInput(attrs=money),
        initial=_plain(owed.outstanding_minor),
    )


def _amount(each: Together, owed: Owed) -> str:
    return f"{AMOUNT}{each.payer.public_id}_{owed.account_ref}"


def _plain(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _pick(each: Together, owed: Owed) -> str:
    return f"{PICK}{each.payer.public_id}_{owed.account_ref}"
