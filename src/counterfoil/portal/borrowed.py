"""Texts of the sign-in library that our translations say in other words: it mixes two ways to address people.

Nothing imports this; it is read when texts are collected, and a test asks that the library still says each.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

ALLAUTH: Final = (
    _("Are you sure you want to remove this security key?"),
    _("Bad Token"),
    _("Be patient, you are sending too many requests."),
    _("Don't Trust"),
    _("Download codes"),
    _("Email address %(deleted_email)s has been removed from your account."),
    _("Enter Email Verification Code"),
    _("Enter Password Reset Code"),
    _(
        "If you choose to trust this browser, you will not be asked for a verification code the next time you "
        "sign in."
    ),
    _("New Recovery Codes Generated"),
    _("Passkey"),
    _("Password Reset"),
    _("Passwordless"),
    _("Re-send Verification"),
    _("Save them  in a secure location now — they won't be shown again."),
    _("This mail can be safely ignored if you did not initiate this action."),
    _("To confirm this is correct, go to %(activate_url)s"),
    _("Trust for %(period)s"),
    _("Trust this Browser?"),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _(
        "You currently do not have any email address set up. You should really add an email address so you can "
        "receive notifications, reset your password, etc."
    ),
    _(
        "We have sent an email to you for verification. Follow the link provided to finalize the signup process. "
        "If you do not see the verification email in your main inbox, check your spam folder. Please contact us "
        "if you do not receive the verification email within a few minutes."
    ),
    _(
        "You're receiving this email because user %(user_display)s has given your email address to register an "
        "account on %(site_domain)s."
    ),
    _("Your account is protected by two-factor authentication. Please enter an authenticator code:"),
    _("Your email has been changed from %(from_email)s to %(to_email)s."),
    _("Your email verification code is listed below. Please enter it in your open browser window."),
    _("Your sign-in code is listed below. Please enter it in your open browser window."),
)
