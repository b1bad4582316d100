"""What a payer writes: a question about a bill, a problem with a payment, and more of the same."""

from __future__ import annotations

import secrets
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from counterfoil.core import sensitive
from counterfoil.core.errors import Refused
from counterfoil.requests import topics

LONGEST = 2_000


def new_key() -> str:
    """Return a form's one-time token: pressed twice, sent once."""
    return secrets.token_urlsafe(18)


class Writing(forms.Form):
    """A text that is kept, and the one-time token of the form."""

    text = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": "6"}),
        validators=[sensitive.CleanText()],
        error_messages={"required": gettext_lazy("Write what you want to say.")},
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class Asking(Writing):
    """The topic as well; which there are depends on what it is about."""

    topic = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )
    field_order = ("topic", "text", "key")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["topic"]).choices = list(topics.OF[kind].items())
