"""What a person can change about the own profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core import errors, sensitive
from counterfoil.flows.payers.choose_who_pays import AUTOPAY, COLLECTS, SELF, Choice
from counterfoil.ui.choices import Choice as Card

LAST_DAY: Final = 31


class Profile(forms.Form):
    """The language of the pages."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["language"]).choices = settings.LANGUAGES


class Contact(forms.Form):
    """Where one biller's bills go, and whom it calls."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        validators=[sensitive.CleanText()],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Email Address"),
        max_length=254,
        help_text=gettext_lazy("Bills and receipts go here. How you log in does not change by it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=32,
        required=False,
        validators=[sensitive.CleanText()],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def refuse(self, refusal: errors.Refused) -> None:
        """Say what the flow refused, beside the field where there is one."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class WhoPays(forms.Form):
    """Who pays: one question, and where the biller collects, on which day."""

    who_pays = forms.ChoiceField(label=gettext_lazy("Who pays?"), widget=forms.RadioSelect)

    def __init__(
        self,
        *args: Any,
        biller_name: str,
        days: Sequence[int],
        with_autopay: bool,
        standing: Choice,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["who_pays"])
        field.choices = _cards(biller_name, days, with_autopay=with_autopay)
        field.error_messages["required"] = _("Choose who pays.")
        known = value_of(standing)
        if known in {value for value, _card in field.choices}:
            self.fields["who_pays"].initial = known

    @property
    def choice(self) -> Choice:
        """What was chosen; the form is valid."""
        who_pays, _mark, day = self.cleaned_data["who_pays"].partition(":")
        return Choice(who_pays, int(day) if day else None)

    def refuse(self, refusal: errors.Refused) -> None:
        """Say what the flow refused."""
        self.add_error("who_pays", refusal.message)


def value_of(choice: Choice) -> str:
    """Return a choice as the form's value: `self`, `autopay`, `biller_collects:5`."""
    return f"{COLLECTS}:{choice.collection_day}" if choice.who_pays == COLLECTS else choice.who_pays


def _cards(biller_name: str, days: Sequence[int], *, with_autopay: bool) -> list[tuple[str, Any]]:
    found = [
        (
            SELF,
            Card(
                title=_("I pay by myself"),
                note=_("You get each bill and pay it here, or another way, when you want."),
            ),
        )
    ]
    if with_autopay:
        note = _(
            "Your bills are paid by themselves on their day, after a message to you. You set it up next."
        )
        found.append((AUTOPAY, Card(title=_("Autopay"), note=note)))
    note = _("{biller} takes what is due from a payment method you allow it to use.").format(
        biller=biller_name
    )
    found += [(f"{COLLECTS}:{day}", Card(title=collects(biller_name, day), note=note)) for day in days]
    return found


def collects(biller_name: str, day: int | None) -> str:
    """Return "Maple Court collects on day 5 of the month"."""
    if day is None:
        return _("{biller} collects").format(biller=biller_name)
    if day == LAST_DAY:
        return _("{biller} collects on the last day of the month").format(biller=biller_name)
    return _("{biller} collects on day {day} of the month").format(biller=biller_name, day=day)


def who_pays_words(choice: Choice, *, biller_name: str) -> str:
    """Return who pays, as My Profile says it."""
    if choice.who_pays == COLLECTS:
        return collects(biller_name, choice.collection_day)
    words = {SELF: _("I pay by myself"), AUTOPAY: _("Autopay")}
    return words.get(choice.who_pays, _("Not chosen yet"))
