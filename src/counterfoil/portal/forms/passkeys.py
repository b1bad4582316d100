"""The name of a passkey; the library's own forms give its field no words."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc] # allauth ships no types
    """A new passkey."""

    name = forms.CharField(label=_("Name"), required=False, max_length=100)


class EditPasskey(EditWebAuthnForm):  # type: ignore[misc] # the same
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=100)
