"""The sandbox's words into ours: charges and refunds into results, codes into classes of declines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from counterfoil.gateways import base, micro_deposits, refunds, wallets

BANK_ZONE = ZoneInfo("America/New_York")
_CLASS = base.DeclineClass

# Compliance Part D, column by column. Version of the table: 1.
BY_ADVICE = {
    "99": _CLASS.HARD_ACCOUNT,
    "21": _CLASS.HARD_REVOKED,
    "22": _CLASS.HARD_NOT_ALLOWED,
    "42": _CLASS.FRAUD_BLOCK,
    "01": _CLASS.FIX_DATA,
    "40": _CLASS.PREPAID_LIMIT,
    "41": _CLASS.PREPAID_LIMIT,
    "04": _CLASS.TOKEN,
}
_NETWORK = {
    _CLASS.HARD_ACCOUNT: "04 07 15 41 43 46",
    _CLASS.HARD_REVOKED: "R0 R1 R3",
    _CLASS.HARD_NOT_ALLOWED: "57 58 62 93",
    _CLASS.FRAUD_BLOCK: "59",
    _CLASS.FIX_DATA: "14 54 55 82 N7 6P",
    _CLASS.AUTH_NEEDED: "1A",
    _CLASS.SOFT_FUNDS: "51 61 65",
    _CLASS.SOFT_TECH: "19 91 92 96 N0 86",
    _CLASS.CONFIG: "03 13",
}
_NAMES = {
    _CLASS.HARD_ACCOUNT: "lost_card stolen_card pickup_card restricted_card invalid_account",
    _CLASS.HARD_REVOKED: "revocation_of_authorization revocation_of_all_authorizations stop_payment_order",
    _CLASS.HARD_NOT_ALLOWED: "transaction_not_allowed card_not_supported not_permitted service_not_allowed",
    _CLASS.FRAUD_BLOCK: "fraudulent merchant_blacklist security_violation",
    _CLASS.FIX_DATA: "incorrect_number expired_card incorrect_cvc invalid_cvc incorrect_zip invalid_expiry",
    _CLASS.AUTH_NEEDED: "authentication_required authentication_failed",
    _CLASS.SOFT_FUNDS: "insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded",
    _CLASS.SOFT_TECH: "processing_error issuer_not_available try_again_later reenter_transaction",
    _CLASS.CONFIG: "invalid_amount currency_not_supported testmode_decline",
    _CLASS.TOKEN: "token_requirements_unmet token_not_found",
}
BY_NETWORK = {code: cls for cls, codes in _NETWORK.items() for code in codes.split()}
BY_NAME = {name: cls for cls, names in _NAMES.items() for name in names.split()}
HARD = frozenset({_CLASS.HARD_ACCOUNT, _CLASS.HARD_REVOKED, _CLASS.HARD_NOT_ALLOWED})


def decline_class(*, code: str, network_code: str, advice_code: str) -> base.DeclineClass:
    """The class of a decline: advice that forbids, then the network's code, then the gateway's own name.

    Unknown everywhere is `ISSUER_UNSPEC` (compliance CD-01).
    """
    by_network = BY_NETWORK.get(network_code)
    if advice_code == "03":
        # "Do not try again" stands in two rows of the table: the network's code says which.
        return by_network if by_network in HARD else _CLASS.HARD_ACCOUNT
    if advice_code in BY_ADVICE:
        return BY_ADVICE[advice_code]
    return by_network or BY_NAME.get(code, _CLASS.ISSUER_UNSPEC)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _bank_day(value: str) -> date:
    return datetime.fromisoformat(value).astimezone(BANK_ZONE).date()


def _declined(charge: Mapping[str, Any]) -> base.Declined:
    found = charge.get("decline") or {}
    code = str(found.get("code") or "")
    sort = decline_class(
        code=code,
        network_code=str(found.get("network_code") or ""),
        advice_code=str(found.get("advice_code") or ""),
    )
    return base.Declined(str(charge["id"]), sort, code, figures=_figures(charge))


def _figures(found: Mapping[str, Any]) -> base.Figures:
    return base.Figures(int(found["amount_minor"]), str(found["currency"]), str(found["reference"]))


def result(charge: Mapping[str, Any]) -> base.Result:
    """A charge object as a result; what cannot be read is `Unknown`, so that nobody acts on it."""
    try:
        return _result(charge)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return base.Unknown(f"unreadable charge: {type(error).__name__}")


def _result(charge: Mapping[str, Any]) -> base.Result:
    ref, status, figures = str(charge["id"]), charge["status"], _figures(charge)
    if status == "captured":
        return base.Settled(ref, figures=figures)
    if status == "action_needed":
        return base.ActionNeeded(ref, str(charge["action_url"]), figures=figures)
    if status == "pending":
        if charge["funded_at"]:
            return base.Funded(ref, _bank_day(charge["funded_at"]), figures=figures)
        return base.Accepted(ref, _day(charge["expected_on"]), figures=figures)
    return _ended(charge, ref, status)


def _ended(charge: Mapping[str, Any], ref: str, status: str) -> base.Result:
    if status == "declined":
        return _declined(charge)
    if status == "returned":
        day = _bank_day(charge["returned_at"])
        return base.Returned(ref, str(charge["return_code"]), day, figures=_figures(charge))
    if status == "canceled":
        return base.Canceled(ref, figures=_figures(charge))
    return base.Unknown(f"status {status}")


def refund_result(refund: Mapping[str, Any]) -> refunds.RefundResult:
    """A refund object as a result; what cannot be read is `Unknown`, so that nobody acts on it."""
    try:
        ref, status, figures = str(refund["id"]), refund["status"], _figures(refund)
        if status == "pending":
            return refunds.Refunding(ref, _day(refund["expected_on"]), figures=figures)
        if status == "succeeded":
            return refunds.Refunded(ref, figures=figures)
        if status == "failed":
            return refunds.RefundFailed(ref, str(refund["failure_code"]), figures=figures)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return base.Unknown(f"unreadable refund: {type(error).__name__}")
    return base.Unknown(f"status {status}")


def _one_of(value: Any, *offered: str) -> Any:
    return value if value in offered else None


def token_details(found: Mapping[str, Any]) -> base.TokenDetails:
    """A token object as details. Raises `base.Unavailable` when it cannot be read."""
    kind: base.Kind | None = _one_of(found.get("kind"), "card", "bank", "wallet")
    check: base.Check = (
        _one_of(found.get("checked"), "passed", "failed", "unsupported", "pending") or "not_run"
    )
    account_kind: Literal["checking", "savings"] | None = _one_of(
        found.get("account_kind"), "checking", "savings"
    )
    holder_kind: Literal["personal", "business"] | None = _one_of(
        found.get("holder_kind"), "personal", "business"
    )
    if kind is None or not found.get("token"):
        raise base.Unavailable("unreadable token", code="unreadable")
    return base.TokenDetails(
        token=str(found["token"]),
        kind=kind,
        brand=str(found.get("brand") or ""),
        last4=str(found.get("last4") or ""),
        exp_month=found.get("exp_month"),
        exp_year=found.get("exp_year"),
        funding=str(found.get("funding") or "unknown"),
        bank_name=str(found.get("bank_name") or ""),
        account_kind=account_kind,
        holder_kind=holder_kind,
        holder_name=str(found.get("holder_name") or ""),
        check=check,
        fingerprint=str(found.get("fingerprint") or ""),
        is_revoked=found.get("revoked") is True,
    )


def deposits_answer(found: Mapping[str, Any]) -> micro_deposits.DepositsAnswer:
    """What came of two typed amounts. Raises `base.Unavailable` when it cannot be read."""
    match found.get("outcome"):
        case "matched":
            return micro_deposits.Matched()
        case "mismatched":
            return micro_deposits.Mismatched(int(found["tries_left"]))
        case "locked":
            return micro_deposits.Locked()
        case "not_arrived":
            return micro_deposits.NotArrived()
    raise base.Unavailable("unreadable answer about two amounts", code="unreadable")


def agreement(found: Mapping[str, Any]) -> wallets.Agreement:
    """What became of a wallet's agreement. Raises `base.Unavailable` when it cannot be read."""
    ref = str(found.get("id") or "")
    status = found.get("status") if ref else None
    if status == "waiting" and found.get("url"):
        return wallets.AgreementWaiting(ref, str(found["url"]))
    if status == "approved" and found.get("token"):
        return wallets.AgreementApproved(ref, str(found["token"]))
    if status in {"canceled", "withdrawn"}:
        return wallets.AgreementEnded(ref)
    raise base.Unavailable("unreadable agreement", code="unreadable")


def movement(found: Mapping[str, Any]) -> base.Movement:
    """A line of the sandbox's books."""
    return base.Movement(
        id=str(found["id"]),
        at=datetime.fromisoformat(found["at"]),
        kind=str(found["kind"]),
        amount_minor=int(found["amount_minor"]),
        currency=str(found["currency"]),
        key=str(found["key"]),
        gateway_ref=str(found["charge"]),
    )
