"""Whom to invite, as what, and staff's word that this person may see the billing data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counterfoil.payers import permissions
from counterfoil.payers.rows import ProfileRow
from counterfoil.ui.choices import Choice


class InviteForm(forms.Form):
    """The invitation's form; the confirmation is never ticked beforehand."""

    email = forms.EmailField(
        label=_("Email Address"),
        max_length=254,
        help_text=_("The invitation goes to this address. It becomes the user name."),
    )
    profile = forms.ChoiceField(label=_("User Profile"), widget=forms.RadioSelect)
    may_see_confirmed = forms.BooleanField(
        error_messages={"required": _("Confirm that this person may see the billing data.")},
    )

    def __init__(self, *args: Any, profiles: Sequence[ProfileRow], for_whom: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(profile.key, Choice(title=profile.name, note=allowed(profile))) for profile in profiles]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]
        self.fields["profile"].initial = profiles[0].key if profiles else None
        self.fields["may_see_confirmed"].label = _(
            "I confirm that this person may see the billing data of %(for_whom)s."
        ) % {"for_whom": for_whom}


def allowed(profile: ProfileRow) -> str:
    """Return what a user profile allows, in a sentence."""
    return ", ".join(str(permissions.LABELS[each]) for each in permissions.ALL if each in profile.permissions)
