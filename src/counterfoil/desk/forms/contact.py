"""A payer's contact data."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from counterfoil.core import sensitive
from counterfoil.desk import words


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
