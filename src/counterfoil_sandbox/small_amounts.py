"""Two small amounts to a bank account that its bank does not vouch for; its owner types them in, within three tries."""

from __future__ import annotations

import secrets
from typing import Any

from counterfoil_sandbox import bankdays, charges, errors, store, tokens

TRIES = 3
ARRIVE_HOUR = 8


def start(place: charges.Place, *, token: str) -> store.Row:
    """Send the amounts; asked again nothing more is sent. They arrive one bank day later.

    Raises ApiError 404; 400 `not_a_bank_account`; 409 `check_failed` where the bank knows of no such account.
    """
    row = tokens.check(place, token=token)
    if row["checked"] == "failed":
        raise errors.ApiError(409, "check_failed", "The bank knows no such account.")
    if row["checked"] == "passed":
        return row
    day = bankdays.after(bankdays.on_or_after(bankdays.bank_date(place.now)), 1)
    with place.db.transaction():
        place.db.execute(
            """
            INSERT INTO small_amounts (token, merchant_id, first_minor, second_minor, started_at, arrive_at, tries_left)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (token) DO NOTHING
            """,
            [
                token,
                place.merchant.id,
                secrets.randbelow(99) + 1,
                secrets.randbelow(99) + 1,
                place.now,
                bankdays.at(day, ARRIVE_HOUR),
                TRIES,
            ],
        )
        place.db.execute(
            "UPDATE token SET checked = 'pending' WHERE token = %s AND checked = 'not_run'", [token]
        )
    return tokens.get(place, token=token)


def confirm(place: charges.Place, *, token: str, amounts: Any) -> dict[str, Any]:
    """Compare what was typed, in either order. A wrong pair uses up a try; the third locks for good.

    Raises ApiError 404; 400 for amounts that cannot be read; 409 `not_started`.
    """
    row = tokens.get(place, token=token)
    whole = isinstance(amounts, list) and all(type(each) is int for each in amounts)
    if not whole or len(amounts) != 2:
        raise errors.ApiError(400, "invalid_request", "amounts_minor must be two whole numbers of cents.")
    sent = place.db.execute("SELECT * FROM small_amounts WHERE token = %s", [token]).fetchone()
    if sent is None:
        raise errors.ApiError(409, "not_started", "No amounts were sent to this account.")
    if row["checked"] == "passed":
        return _answer("matched", sent["tries_left"])
    if sent["tries_left"] == 0:
        return _answer("locked", 0)
    if place.now < sent["arrive_at"]:
        return _answer("not_arrived", sent["tries_left"])
    if sorted(amounts) == sorted((sent["first_minor"], sent["second_minor"])):
        place.db.execute("UPDATE token SET checked = 'passed' WHERE token = %s", [token])
        return _answer("matched", sent["tries_left"])
    return _wrong(place, token)


def _wrong(place: charges.Place, token: str) -> dict[str, Any]:
    with place.db.transaction():
        left = place.db.execute(
            "UPDATE small_amounts SET tries_left = tries_left - 1 WHERE token = %s AND tries_left > 0 "
            "RETURNING tries_left",
            [token],
        ).fetchone()
        if left and left["tries_left"]:
            return _answer("mismatched", left["tries_left"])
        place.db.execute("UPDATE token SET checked = 'failed' WHERE token = %s", [token])
    return _answer("locked", 0)


def _answer(outcome: str, tries_left: int) -> dict[str, Any]:
    return {"outcome": outcome, "tries_left": tries_left}
