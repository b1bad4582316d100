"""What staff write to a payer who asked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from counterfoil.core import sensitive
from counterfoil.core.errors import Refused


class AnswerForm(forms.Form):
    """The answer, and the one-time token of the form: pressed twice, sent once."""

    text = forms.CharField(
        label=_("Your answer"),
        help_text=_("The payer gets your words by e-mail and sees them in the portal."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": "6"}),
        validators=[sensitive.CleanText()],
        error_messages={"required": _("Write what you want to say.")},
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
