"""Who may ask for which address: one line each, for the access matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from counterfoil.identity import permissions

OWN, OTHER, ELSEWHERE = "payer", "another payer of the biller", "payer of another biller"
VIEWER, BILLING, ADMINISTRATOR = "viewer", "billing", "administrator"
STRANGER, FACTORLESS, ANONYMOUS = "staff of another biller", "staff without second factor", "anonymous"
STAFF: Final = (VIEWER, BILLING, ADMINISTRATOR)


@dataclass(frozen=True)
class Rule:
    """Who may see an address: anybody, who is signed in, the payer whose object it is, or staff by permission."""

    who: str
    values: Mapping[str, str] = ()  # type: ignore[assignment]
    permission: str = ""

    def allows(self, role: str) -> bool:
        """Tell whether a role may."""
        if self.who == "anybody":
            return True
        if self.who == "signed in":
            return role != ANONYMOUS
        if self.who == "payer":
            return role == OWN
        if self.who == "some staff":
            return role in {*STAFF, STRANGER}
        return role in STAFF and self.permission in permissions.of_role(role)


def anybody(**values: str) -> Rule:
    return Rule("anybody", values)


def signed(**values: str) -> Rule:
    return Rule("signed in", values)


def payer(**values: str) -> Rule:
    return Rule("payer", values)


def desk(permission: str, **values: str) -> Rule:
    return Rule("staff", {"biller": "biller", **values}, permission)


# A value is the name of an object of the world below; one that is none stands for itself.
RULES: Final[dict[str, Rule]] = {
    "healthz": anybody(),
    "account_login": anybody(),
    "account_logout": anybody(),
    "account_inactive": anybody(),
    "account_signup": anybody(),
    "account_reauthenticate": signed(),
    "account_email": signed(),
    "account_email_verification_sent": anybody(),
    "account_change_password": signed(),
    "account_set_password": signed(),
    "account_reset_password": anybody(),
    "account_confirm_login_code": anybody(),
    "account_reset_password_from_key_done": anybody(),
    "account_reset_password_from_key": anybody(uidb36="1", key="abc-def"),
    "account_reset_password_done": anybody(),
    "account_request_login_code": anybody(),
    "mfa_index": signed(),
    "mfa_authenticate": anybody(),
    "mfa_reauthenticate": signed(),
    "mfa_trust": anybody(),
    "mfa_activate_totp": signed(),
    "mfa_deactivate_totp": signed(),
    "mfa_view_recovery_codes": signed(),
    "mfa_generate_recovery_codes": signed(),
    "mfa_download_recovery_codes": signed(),
    "mfa_list_webauthn": signed(),
    "mfa_add_webauthn": signed(),
    "mfa_reauthenticate_webauthn": signed(),
    "mfa_remove_webauthn": signed(pk="1"),
    "mfa_edit_webauthn": signed(pk="1"),
    "mfa_login_webauthn": anybody(),
    "usersessions_list": signed(),
    "set_language": anybody(),
    "portal-session": anybody(),
    "portal-help": anybody(),
    "portal-welcome": signed(),
    "portal-sessions": signed(),
    "portal-contact": payer(ref="payer"),
    "portal-who-pays": payer(ref="payer"),
    "portal-access-end": payer(ref="payer"),
    "desk-payer-who-pays": desk(permissions.EDIT_PAYERS, ref="payer"),
    "desk-access-end": desk(permissions.INVITE_PAYERS, ref="payer", login_ref="second login"),
    "portal-session-keep": anybody(),
    "ui-print-size": anybody(),
    "ui-gallery": anybody(),
    "ui-gallery-window": anybody(),
    "ui-gallery-desk": anybody(),
    "ui-gallery-sign-in": anybody(),
    "inbound_message": anybody(gateway_key="sandbox", connection_ref="connection"),
    "portal-brand": anybody(key="biller", digest="0123456789"),
    "portal-invitation": anybody(),
    "portal-invitation-again": anybody(),
    "portal-invitation-follow": anybody(secret="no-such-secret"),
    "portal-home": signed(),
    "portal-profile": signed(),
    "portal-genuine": anybody(),
    "portal-stop-reminders": anybody(token="no-such-token"),
    "portal-messages": signed(),
    "portal-notice-preferences": signed(),
    "portal-message": payer(ref="notice"),
    "portal-billing": anybody(),
    # Lists show each their own; somebody without bills finds nothing there.
    "portal-invoices": signed(),
    "portal-methods": signed(),
    "portal-method-add": signed(kind="bank"),
    "portal-pay-choose": signed(),
    # What these carry is signed for one login; without it they lead back.
    "portal-pay-several": signed(),
    "portal-pay-several-done": signed(),
    "portal-pay-leave": signed(),
    "portal-payments": signed(),
    "portal-invoice": payer(ref="invoice"),
    "portal-invoice-pdf": payer(ref="invoice"),
    "portal-method-edit": payer(ref="method"),
    "portal-method-replace": payer(ref="method"),
    "portal-method-permission": payer(ref="method"),
    # Offers only what the same login saved at another biller; others' is tried in tests/portal/test_method_options.
    "portal-method-also": signed(payer_ref="payer", ref="method"),
    "portal-method-amounts": payer(ref="method"),
    "portal-payment-instead": payer(ref="payment"),
    "portal-wallet-add": signed(),
    "portal-wallet-back": signed(),
    "portal-method-disable": payer(ref="method"),
    "portal-method-enable": payer(ref="method"),
    "portal-method-delete": payer(ref="method"),
    "portal-pay": payer(payer_ref="payer", account_ref="account"),
    "portal-pay-verify": payer(payer_ref="payer", account_ref="account"),
    "portal-pay-later": payer(payer_ref="payer", account_ref="account"),
    "portal-schedules": signed(),
    "portal-scheduled": payer(ref="scheduled"),
    "portal-scheduled-cancel": payer(ref="scheduled"),
    "portal-autopay-start": signed(),
    "portal-autopay-terms": payer(payer_ref="payer"),
    "portal-autopay-review": payer(payer_ref="payer"),
    "portal-autopay": payer(ref="enrollment"),
    "portal-autopay-skip": payer(ref="enrollment"),
    "portal-autopay-pause": payer(ref="enrollment"),
    "portal-autopay-resume": payer(ref="enrollment"),
    "portal-autopay-cancel": payer(ref="enrollment"),
    "portal-payment": payer(ref="payment"),
    "portal-payment-state": payer(ref="payment"),
    "portal-payment-confirm": payer(ref="payment"),
    "portal-receipt": payer(ref="payment"),
    "portal-documents": signed(),
    "portal-statement-other": signed(),
    "portal-statement": payer(payer_ref="payer", account_ref="account"),
    "portal-summary": payer(payer_ref="payer", year="2026"),
    "portal-transactions": signed(),
    "portal-authorization": payer(ref="authorization"),
    "portal-requests": signed(),
    "portal-request": payer(ref="request"),
    "portal-request-close": payer(ref="request"),
    "portal-invoice-ask": payer(ref="invoice"),
    "portal-payment-problem": payer(ref="payment"),
    "portal-sharing": signed(),
    "portal-share-ask": payer(payer_ref="payer", account_ref="account"),
    "portal-share": payer(ref="share"),
    "portal-share-accept": payer(ref="asked"),
    "portal-share-decline": payer(ref="asked"),
    "portal-share-end": payer(ref="share"),
    "portal-helper-give": payer(payer_ref="payer", account_ref="account"),
    "portal-helper-end": payer(ref="helper"),
    "portal-helping": payer(ref="helping"),
    "portal-helping-pay": payer(ref="helping"),
    "portal-helping-verify": payer(ref="helping"),
    "portal-helping-payment": payer(ref="helping", payment_ref="helped"),
    "desk-home": Rule("some staff"),
    "desk-biller": desk(permissions.SEE_ACCOUNTS),
    "desk-search": desk(permissions.SEE_ACCOUNTS),
    "desk-accounts": desk(permissions.SEE_ACCOUNTS),
    "desk-account": desk(permissions.SEE_ACCOUNTS, ref="account"),
    "desk-payers": desk(permissions.SEE_ACCOUNTS),
    "desk-payer": desk(permissions.SEE_ACCOUNTS, ref="payer"),
    "desk-payer-edit": desk(permissions.EDIT_PAYERS, ref="payer"),
    "desk-invoices": desk(permissions.SEE_INVOICES),
    "desk-invoice": desk(permissions.SEE_INVOICES, ref="invoice"),
    "desk-invoice-edit": desk(permissions.EDIT_INVOICES, ref="invoice"),
    "desk-invoice-addressee": desk(permissions.EDIT_INVOICES, ref="invoice"),
    "desk-invoice-credit": desk(permissions.EDIT_INVOICES, ref="invoice"),
    "desk-invoice-void": desk(permissions.EDIT_INVOICES, ref="invoice"),
    "desk-record-payment": desk(permissions.RECORD_PAYMENTS, ref="account"),
    "desk-invoice-pdf": desk(permissions.SEE_INVOICES, ref="invoice"),
    "desk-payments": desk(permissions.SEE_PAYMENTS),
    "desk-payment": desk(permissions.SEE_PAYMENTS, ref="payment"),
    "desk-refund": desk(permissions.REFUND_PAYMENTS, ref="payment"),
    "desk-receipt": desk(permissions.SEE_PAYMENTS, ref="payment"),
    "desk-requests": desk(permissions.SEE_ACCOUNTS),
    "desk-request": desk(permissions.SEE_ACCOUNTS, ref="request"),
    "desk-request-close": desk(permissions.ANSWER_REQUESTS, ref="request"),
    "desk-payment-center": desk(permissions.SEE_PAYMENTS),
    "desk-undeposited": desk(permissions.SEE_PAYMENTS),
    "desk-connect-center": desk(permissions.INVITE_PAYERS),
    "desk-access": desk(permissions.INVITE_PAYERS),
    "desk-invite": desk(permissions.INVITE_PAYERS, ref="payer"),
    "desk-invitation-resend": desk(permissions.INVITE_PAYERS, ref="invitation"),
    "desk-invitation-revoke": desk(permissions.INVITE_PAYERS, ref="invitation"),
    "desk-reminders": desk(permissions.CHANGE_SETTINGS),
    "desk-profiles": desk(permissions.INVITE_PAYERS),
}
