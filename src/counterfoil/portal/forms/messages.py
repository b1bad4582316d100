"""Forms around messages: the code of one, and which of them to get."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from counterfoil.notices import choices

CODE_LETTERS: Final = 8


class CheckCode(forms.Form):
    """The code at the end of a message, however it is typed."""

    code = forms.CharField(
        label=_("Message code"),
        help_text=_("Eight letters and digits at the end of the message, such as K7QM-4XPD."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        """Return the code as we write it; what cannot be one is answered like one that is not ours."""
        letters = "".join(c for c in str(self.cleaned_data["code"]).upper() if c.isascii() and c.isalnum())
        return f"{letters[:4]}-{letters[4:]}" if len(letters) == CODE_LETTERS else ""


class Preferences(forms.Form):
    """Which messages one payer gets by e-mail, and in which language. One field for each switch."""

    locale = forms.ChoiceField(label=_("Language of the messages"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["locale"]).choices = settings.LANGUAGES
        for switch in choices.SWITCHES:
            self.fields[switch.key] = forms.BooleanField(
                label=str(switch.label), help_text=str(switch.help), required=False
            )

    @property
    def switches(self) -> dict[str, bool]:
        """What was chosen, by switch."""
        return {switch.key: bool(self.cleaned_data[switch.key]) for switch in choices.SWITCHES}
