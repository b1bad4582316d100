"""Step 1 of autopay: for whom, from what, how much, when, and what to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core import format as core_format
from counterfoil.core.errors import Refused
from counterfoil.methods.queries import MethodRow
from counterfoil.portal.forms.pay import method_choice
from counterfoil.portal.kept import KeptAutopay
from counterfoil.schedules import states
from counterfoil.ui.choices import Choice

ALL: Final = "all"
FIELDS: Final = {
    "method": "method",
    "rule": "rule",
    "day_rule": "day_rule",
    "day": "day",
    "tell_rule": "tell_rule",
    "tell_above": "tell_above",
    "tell_change": "tell_change",
}
MONTH_DAYS: Final = tuple((str(day), str(day)) for day in range(1, 32))


@dataclass(frozen=True, slots=True)
class AutopayOffered:
    """What can be chosen: accounts as `(public id, choice)`, usable methods, and whether a part may be paid.

    `expired`: cards that are shown, and can be chosen again once they are renewed.
    """

    accounts: Sequence[tuple[str, Choice]]
    methods: Sequence[MethodRow]
    currency: str
    takes_less: bool
    is_change: bool = False
    expired: Sequence[MethodRow] = ()


def _money(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"data-ui": "money"})
    return forms.CharField(required=False, max_length=20, label=label, widget=widget)


class AutopayForm(forms.Form):
    """The choices of autopay; the likely ones are chosen already."""

    account = forms.ChoiceField(
        label=gettext_lazy("Whose bills"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whose bills autopay pays.")},
    )
    method = forms.ChoiceField(
        label=gettext_lazy("From"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how you want to pay."),
            "invalid_choice": gettext_lazy("This payment method cannot be used now. Choose another one."),
        },
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("How much"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how much autopay may take.")},
    )
    fixed = _money(gettext_lazy("Amount of each payment"))
    cap = _money(gettext_lazy("Ask me above"))
    day_rule = forms.ChoiceField(
        label=gettext_lazy("When"),
        widget=forms.RadioSelect,
        choices=[
            (
                states.DUE_DATE,
                Choice(
                    gettext_lazy("On the due date of each bill"),
                    note=gettext_lazy("If banks are closed that day: on the next bank day."),
                ),
            ),
            (states.DAY_OF_MONTH, Choice(gettext_lazy("On a day of the month that I choose"))),
        ],
        error_messages={"required": gettext_lazy("Choose when autopay pays.")},
    )
    day = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Day of the month"),
        choices=MONTH_DAYS,
        help_text=gettext_lazy("In a shorter month: its last day."),
    )
    tell_rule = forms.ChoiceField(
        label=gettext_lazy("What to tell you before"),
        widget=forms.RadioSelect,
        choices=[
            (
                states.TELL_EVERY,
                Choice(
                    gettext_lazy("Every bill, at least 10 days before"),
                    note=gettext_lazy("You see each amount in time to change or cancel it."),
                ),
            ),
            (
                states.TELL_RANGE,
                Choice(
                    gettext_lazy("Only a bill that is unusual"),
                    note=gettext_lazy("Of the others you get a word 3 days before."),
                ),
            ),
        ],
        error_messages={"required": gettext_lazy("Choose what you want to be told.")},
    )
    tell_above = _money(gettext_lazy("Tell me of a bill above"))
    tell_change = _money(gettext_lazy("Tell me when it differs from the last one by more than"))

    def __init__(self, *args: Any, offered: AutopayOffered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.amounts: dict[str, int | None] = {}
        self._choices("account", list(offered.accounts))
        self._choices("method", [(each.public_id, method_choice(each)) for each in offered.methods])
        self._choices("rule", _rules(takes_less=offered.takes_less))
        if len(offered.accounts) == 1:
            self.fields["account"].widget = forms.HiddenInput()
            self.fields["account"].initial = offered.accounts[0][0]

    def _choices(self, name: str, choices: list[tuple[str, Choice]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Read the amounts that the choices ask for, and no others."""
        values = super().clean() or self.cleaned_data
        wanted = {states.FIXED: ["fixed"], states.CAPPED: ["cap"]}.get(values.get("rule", ""), [])
        for name in wanted:
            self.amounts[name] = self._amount(values, name)
        if values.get("tell_rule") == states.TELL_RANGE:
            named = [name for name in ("tell_above", "tell_change") if values.get(name)]
            for name in named:
                self.amounts[name] = self._amount(values, name)
            if not named:
                self.add_error("tell_above", _("Enter above which amount you want to be told."))
        return values

    def _amount(self, values: dict[str, Any], name: str) -> int | None:
        try:
            return core_format.parse_money(values.get(name, ""))
        except core_format.NotMoney as error:
            self.add_error(name, str(error))
            return None

    def kept(self) -> KeptAutopay:
        """Return what was chosen, as far as it can be read."""
        values = self.cleaned_data
        day_rule = values.get("day_rule") or states.DUE_DATE
        account = values.get("account", ALL)
        return KeptAutopay(
            account_ref="" if account == ALL else account,
            method_ref=values.get("method", ""),
            rule=values.get("rule") or states.FULL,
            amount_minor=self.amounts.get("fixed") or self.amounts.get("cap"),
            day_rule=day_rule,
            day=int(values["day"]) if day_rule == states.DAY_OF_MONTH and values.get("day") else None,
            tell_rule=values.get("tell_rule") or states.TELL_EVERY,
            tell_above_minor=self.amounts.get("tell_above"),
            tell_change_minor=self.amounts.get("tell_change"),
        )

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        amount = "fixed" if self.data.get("rule") == states.FIXED else "cap"
        self.add_error(
            amount if refusal.field == "amount" else FIELDS.get(refusal.field or ""), refusal.message
        )


def posted(told: KeptAutopay) -> dict[str, str]:
    """Return what step 1 would have posted for this, to draw it again with everything kept."""
    amount = "fixed" if told.rule == states.FIXED else "cap"
    values = {
        "account": told.account_ref or ALL,
        "method": told.method_ref,
        "rule": told.rule,
        amount: _plain(told.amount_minor),
        "day_rule": told.day_rule,
        "day": str(told.day or ""),
        "tell_rule": told.tell_rule,
        "tell_above": _plain(told.tell_above_minor),
        "tell_change": _plain(told.tell_change_minor),
    }
    return {name: value for name, value in values.items() if value}


def _rules(*, takes_less: bool) -> list[tuple[str, Choice]]:
    fixed = (states.FIXED, Choice(_("The same amount each time"), note=_("Never more than is owed.")))
    return [
        (states.FULL, Choice(_("Full balance"), note=_("Whatever is owed for the bill."))),
        *([fixed] if takes_less else []),
        (
            states.CAPPED,
            Choice(_("Full balance, but ask me above an amount"), note=_("Above it nothing is taken.")),
        ),
    ]


def _plain(minor: int | None) -> str:
    return "" if minor is None else f"{minor // 100}.{minor % 100:02}"
