"""Forms of the pages around an invitation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AskAgain(forms.Form):
    """The address an invitation went to."""

    email = forms.EmailField(
        label=_("Email Address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
