"""Tokens: what is kept of a card or bank account. The number itself is used here once and never stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from counterfoil_sandbox import charges, errors, magic, merchants, store

COLUMNS = (
    "token",
    "merchant_id",
    "kind",
    "brand",
    "last4",
    "exp_month",
    "exp_year",
    "funding",
    "bank_name",
    "routing_last4",
    "account_kind",
    "holder_kind",
    "holder_name",
    "behavior",
    "checked",
    "fingerprint",
    "created_at",
)
SHOWN = tuple(name for name in COLUMNS if name not in ("merchant_id", "behavior", "created_at"))
_INSERT = f"INSERT INTO token ({', '.join(COLUMNS)}) VALUES ({', '.join(f'%({name})s' for name in COLUMNS)})"  # noqa: S608 - column names of ours


def as_json(row: store.Row) -> dict[str, Any]:
    """A token as the API shows it."""
    revoked = row["kind"] == "wallet" and row["behavior"] == magic.REVOKED.name
    return {**{name: row[name] for name in SHOWN}, "check_method": "instant", "revoked": revoked}


def _save(db: store.Connection, merchant: merchants.Merchant, now: datetime, values: dict[str, Any]) -> str:
    token = f"tok_{secrets.token_hex(12)}"
    row = {
        **dict.fromkeys(COLUMNS),
        **dict.fromkeys(("brand", "last4", "bank_name", "routing_last4", "holder_name", "fingerprint"), ""),
        "funding": "unknown",
        "checked": "not_run",
        **values,
        "token": token,
        "merchant_id": merchant.id,
        "created_at": now,
    }
    db.execute(_INSERT, row)
    return token


def _fingerprint(db: store.Connection, merchant: merchants.Merchant, *numbers: str) -> str:
    row = db.execute("SELECT fingerprint_key FROM installation").fetchone()
    secret = str(row["fingerprint_key"]) if row else ""
    return hmac.new(secret.encode(), "|".join((merchant.id, *numbers)).encode(), hashlib.sha256).hexdigest()[
        :32
    ]


def card(
    db: store.Connection, merchant: merchants.Merchant, *, number: str, month: int, year: int, now: datetime
) -> str:
    """Keep a test card; its token. Raises ApiError 400 `not_a_test_card`."""
    known = magic.find_card(number)
    if known is None:
        raise errors.ApiError(400, "not_a_test_card", "Only the sandbox's own test numbers are taken.")
    return _save(
        db,
        merchant,
        now,
        {
            "kind": "card",
            "brand": known.brand,
            "last4": number[-4:],
            "exp_month": month,
            "exp_year": year,
            "funding": known.funding,
            "behavior": known.behavior.name,
            "fingerprint": _fingerprint(db, merchant, "card", number),
        },
    )


def bank(
    db: store.Connection,
    merchant: merchants.Merchant,
    *,
    routing: str,
    account: str,
    about: dict[str, str],
    now: datetime,
) -> str:
    """Keep a bank account; its token. `about` has account_kind, holder_kind and holder_name."""
    return _save(
        db,
        merchant,
        now,
        {
            "kind": "bank",
            "brand": "bank",
            "last4": account[-4:],
            "bank_name": magic.BANKS.get(routing, ""),
            "routing_last4": routing[-4:],
            **about,
            "behavior": magic.account_behavior(account).name,
            "fingerprint": _fingerprint(db, merchant, "bank", routing, account),
        },
    )


def wallet(db: store.Connection, merchant: merchants.Merchant, *, now: datetime, once: bool = False) -> str:
    """Keep a wallet agreement, or a wallet that is asked `once` for each payment; its token."""
    return _save(
        db,
        merchant,
        now,
        {
            "kind": "wallet",
            "brand": "sandbox wallet",
            "holder_name": "Pat Wallet",
            "behavior": magic.CONFIRM.name if once else magic.APPROVE.name,
            "fingerprint": _fingerprint(db, merchant, "wallet"),
        },
    )


def get(place: charges.Place, *, token: str) -> store.Row:
    """A token's row. Raises ApiError 404 `not_found`, also when it was deleted."""
    row = place.db.execute(
        "SELECT * FROM token WHERE token = %s AND merchant_id = %s AND deleted_at IS NULL",
        [token, place.merchant.id],
    ).fetchone()
    if row is None:
        raise errors.ApiError(404, "not_found", "No such token.")
    return row


def check(place: charges.Place, *, token: str) -> store.Row:
    """The instant bank check. Raises ApiError 404; 400 `not_a_bank_account`."""
    row = get(place, token=token)
    if row["kind"] != "bank":
        raise errors.ApiError(400, "not_a_bank_account", "Only bank accounts are checked.")
    if row["checked"] in ("passed", "pending"):
        return row
    behavior = magic.behavior(row["behavior"])
    if behavior.takes_no_check:
        return {**row, "checked": "unsupported"}
    checked = "failed" if behavior.fails_check else "passed"
    place.db.execute("UPDATE token SET checked = %s WHERE token = %s", [checked, token])
    return {**row, "checked": checked}


def delete(place: charges.Place, *, token: str) -> None:
    """Forget a token; charges already under way finish."""
    place.db.execute(
        "UPDATE token SET deleted_at = %s WHERE token = %s AND merchant_id = %s AND deleted_at IS NULL",
        [place.now, token, place.merchant.id],
    )


def change_expiry(place: charges.Place, *, token: str, month: Any, year: Any) -> store.Row:
    """A card's new expiry date, as its owner reads it off the card; the number and the token stay.

    Raises ApiError 404; 400 `not_a_card`; 422 `invalid_expiry` for a month that is none or is past.
    """
    row = get(place, token=token)
    if row["kind"] != "card":
        raise errors.ApiError(400, "not_a_card", "Only cards expire.")
    is_month = isinstance(month, int) and isinstance(year, int) and 1 <= month <= 12
    if not is_month or not (place.now.year, place.now.month) <= (year, month) <= (place.now.year + 20, 12):
        raise errors.ApiError(422, "invalid_expiry", "The expiry date cannot be right.")
    place.db.execute("UPDATE token SET exp_month = %s, exp_year = %s WHERE token = %s", [month, year, token])
    return {**row, "exp_month": month, "exp_year": year}


def correct(db: store.Connection, *, token: str) -> dict[str, Any]:
    """A bank's correction: the account now ends differently; the token stays. What the API shows of it."""
    row = db.execute(
        "UPDATE token SET last4 = lpad(((last4::int + 1111) %% 10000)::text, 4, '0') WHERE token = %s RETURNING *",
        [token],
    ).fetchone()
    return as_json(row) if row else {"token": token}
