"""A payer's contact data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from counterfoil.core import sensitive
from counterfoil.desk import words
from counterfoil.flows.payers.choose_who_pays import AUTOPAY, COLLECTS, SELF, Choice


class ContactForm(forms.Form):
    """What staff may change of a payer."""

    name = forms.CharField(label=_("Name"), max_length=120, validators=[sensitive.CleanText()])
    email = forms.EmailField(
        label=_("Email Address"),
        max_length=254,
        required=False,
        help_text=_("Bills and receipts go here. It does not change who can log in."),
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=32, required=False, validators=[sensitive.CleanText()]
    )
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    invoice_preference = forms.ChoiceField(
        label=_("Invoice preference"), choices=list(words.INVOICE_PREFERENCES.items())
    )


class WhoPaysForm(forms.Form):
    """Who pays, as staff note it; the payer is told."""

    who_pays = forms.ChoiceField(label=_("Who pays"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, days: Sequence[int], standing: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["who_pays"])
        choices = [Choice(SELF), Choice(AUTOPAY), *(Choice(COLLECTS, day) for day in days)]
        field.choices = [
            (_value(each), words.who_pays(each.who_pays, each.collection_day)) for each in choices
        ]
        field.initial = _value(standing)

    @property
    def choice(self) -> Choice:
        """What was chosen; the form is valid."""
        who_pays, _mark, day = self.cleaned_data["who_pays"].partition(":")
        return Choice(who_pays, int(day) if day else None)


def _value(choice: Choice) -> str:
    return f"{COLLECTS}:{choice.collection_day}" if choice.who_pays == COLLECTS else choice.who_pays
