"""What each staff role may do at its biller. Pure tables; flows and pages ask by permission, never by role."""

from __future__ import annotations

from typing import Final

SEE_ACCOUNTS: Final = "see_accounts"
SEE_INVOICES: Final = "see_invoices"
SEE_PAYMENTS: Final = "see_payments"
SEE_AUDIT: Final = "see_audit"
EDIT_PAYERS: Final = "edit_payers"
INVITE_PAYERS: Final = "invite_payers"
EDIT_INVOICES: Final = "edit_invoices"
RECORD_PAYMENTS: Final = "record_payments"
REFUND_PAYMENTS: Final = "refund_payments"
IMPORT: Final = "import"
ANSWER_REQUESTS: Final = "answer_requests"
CHANGE_SETTINGS: Final = "change_settings"
MANAGE_GATEWAYS: Final = "manage_gateways"
MANAGE_STAFF: Final = "manage_staff"

ADMINISTRATOR: Final = "administrator"
BILLING: Final = "billing"
VIEWER: Final = "viewer"

_VIEWER: Final = frozenset({SEE_ACCOUNTS, SEE_INVOICES, SEE_PAYMENTS})
_BILLING: Final = _VIEWER | {
    EDIT_PAYERS,
    INVITE_PAYERS,
    EDIT_INVOICES,
    RECORD_PAYMENTS,
    REFUND_PAYMENTS,
    IMPORT,
    ANSWER_REQUESTS,
}
_ADMINISTRATOR: Final = _BILLING | {SEE_AUDIT, CHANGE_SETTINGS, MANAGE_GATEWAYS, MANAGE_STAFF}

ROLES: Final[dict[str, frozenset[str]]] = {
    ADMINISTRATOR: _ADMINISTRATOR,
    BILLING: _BILLING,
    VIEWER: _VIEWER,
}


def of_role(role: str) -> frozenset[str]:
    """Return what `role` may do.

    :raises KeyError: there is no such role.
    """
    return ROLES[role]
