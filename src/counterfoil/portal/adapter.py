"""allauth's questions about our logins, answered by our flows."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up, sign-in and where to go next."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors."""
