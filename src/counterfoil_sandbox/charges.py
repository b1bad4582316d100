"""Charges: made once per key, read, fenced and canceled. The unique index on the key decides every race."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from counterfoil_sandbox import bankdays, bodies, clock, errors, events, faults, magic, merchants, store

COLUMNS = (
    "id",
    "merchant_id",
    "key",
    "key_live",
    "body_hash",
    "status",
    "amount_minor",
    "currency",
    "kind",
    "token",
    "brand",
    "last4",
    "behavior",
    "reference",
    "description",
    "initiated_by",
    "return_url",
    "effective_on",
    "created_at",
    "captured_at",
    "sent_at",
    "funded_at",
    "expected_on",
    "returned_at",
    "return_code",
    "decline_code",
    "network_code",
    "advice_code",
    "action_url",
    "next_at",
    "next_step",
)
CURRENCIES = ("USD",)
RETURN_WINDOW_BANK_DAYS = 4
_NAMES = ", ".join(COLUMNS)
_VALUES = ", ".join(f"%({name})s" for name in COLUMNS)
_CREATE = f"""
WITH born AS (
    INSERT INTO charge ({_NAMES}) VALUES ({_VALUES})
    ON CONFLICT (merchant_id, key) WHERE key_live DO NOTHING RETURNING id
), moved AS (
    INSERT INTO movement (merchant_id, at, kind, amount_minor, currency, charge_id, key, reference)
    SELECT %(merchant_id)s, %(created_at)s, 'capture', %(amount_minor)s, %(currency)s, born.id, %(key)s, %(reference)s
      FROM born WHERE %(status)s = 'captured'
), told AS ({events.INSERT.format(source="born,")})
SELECT id FROM born
"""  # noqa: S608 - column names of ours
_FENCE = f"""
INSERT INTO charge ({_NAMES}) SELECT {_VALUES}
 WHERE NOT EXISTS (SELECT FROM charge WHERE merchant_id = %(merchant_id)s AND key = %(key)s)
ON CONFLICT (merchant_id, key) WHERE key_live DO NOTHING RETURNING id
"""  # noqa: S608 - column names of ours


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a call is worked on: the merchant's own time and the sandbox's address."""

    db: store.Connection
    merchant: merchants.Merchant
    now: datetime
    base_url: str


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A charge as the API shows it."""
    decline = None
    if row["decline_code"]:
        decline = {
            "code": row["decline_code"],
            "network_code": row["network_code"],
            "advice_code": row["advice_code"],
        }
    shown = {
        name: row[name] for name in ("id", "key", "status", "amount_minor", "currency", "kind", "reference")
    }
    days = {name: row[name].isoformat() if row[name] else None for name in ("effective_on", "expected_on")}
    instants = {
        name: clock.iso(row[name])
        for name in ("created_at", "captured_at", "sent_at", "funded_at", "returned_at")
    }
    return {
        **shown,
        **days,
        **instants,
        "return_code": row["return_code"],
        "decline": decline,
        "action_url": row["action_url"],
        "token": row["token"],
        "last4": row["last4"],
        "brand": row["brand"],
    }


def _blank(place: Place, key: str) -> dict[str, Any]:
    texts = dict.fromkeys(
        ("body_hash", "currency", "kind", "token", "brand", "last4", "behavior", "reference", "description"),
        "",
    )
    return {
        **dict.fromkeys(COLUMNS),
        **texts,
        "id": f"ch_{secrets.token_hex(12)}",
        "merchant_id": place.merchant.id,
        "key": key,
        "key_live": True,
        "amount_minor": 0,
        "initiated_by": "payer",
        "return_url": "",
        "created_at": place.now,
    }


def _checked(body: Mapping[str, Any]) -> dict[str, Any]:
    amount = bodies.amount_minor(body)
    if body.get("currency") not in CURRENCIES:
        raise errors.ApiError(400, "invalid_request", "currency must be USD.")
    initiated_by = body.get("initiated_by", "payer")
    if initiated_by not in ("payer", "merchant"):
        raise errors.ApiError(400, "invalid_request", "initiated_by must be payer or merchant.")
    try:
        effective_on = date.fromisoformat(body["effective_on"]) if body.get("effective_on") else None
    except (TypeError, ValueError) as wrong:
        raise errors.ApiError(400, "invalid_request", "effective_on must be a date.") from wrong
    return {
        "amount_minor": amount,
        "currency": body["currency"],
        "reference": str(body.get("reference", ""))[:200],
        "description": str(body.get("description", ""))[:200],
        "initiated_by": initiated_by,
        "return_url": str(body.get("return_url", ""))[:2000],
        "effective_on": effective_on,
    }


def _decline(row: dict[str, Any], code: str, network_code: str, advice_code: str = "") -> str:
    row.update(
        status="declined", decline_code=code, network_code=network_code, advice_code=advice_code or None
    )
    return "charge.declined"


def _ask(place: Place, row: dict[str, Any], page: str) -> str:
    row.update(status="action_needed", action_url=f"{place.base_url}/{page}/{row['id']}")
    return "charge.action_needed"


def _start_bank(place: Place, row: dict[str, Any]) -> str:
    today = bankdays.bank_date(place.now)
    day = bankdays.on_or_after(max(row["effective_on"] or today, today))
    row.update(
        status="pending",
        effective_on=day,
        expected_on=bankdays.after(day, RETURN_WINDOW_BANK_DAYS),
        next_at=max(bankdays.at(day, 12), place.now),
        next_step="send",
    )
    return "charge.pending"


def _decide(place: Place, row: dict[str, Any], token: store.Row) -> str:
    """Fill in what becomes of the charge at once; the name of its event comes back."""
    behavior = magic.behavior(token["behavior"])
    by_payer = row["initiated_by"] == "payer"
    if token["kind"] == "bank":
        return _start_bank(place, row)
    row["effective_on"] = None
    if token["kind"] == "wallet" and behavior.does != "decline":
        return _wallet(place, row, by_payer=by_payer, has_agreement=behavior.name == magic.APPROVE.name)
    if token["exp_year"] and (token["exp_year"], token["exp_month"]) < (place.now.year, place.now.month):
        return _decline(row, "expired_card", "54")
    if behavior.does == "decline":
        return _decline(row, behavior.code, behavior.network_code, behavior.advice_code)
    if behavior.does == "confirm":
        return _ask(place, row, "challenge") if by_payer else _decline(row, "authentication_required", "1A")
    row.update(status="captured", captured_at=place.now)
    return "charge.captured"


def _wallet(place: Place, row: dict[str, Any], *, by_payer: bool, has_agreement: bool) -> str:
    """The holder decides on the wallet's page; without the holder only an agreement lets a charge through."""
    if by_payer:
        return _ask(place, row, "wallet")
    if not has_agreement:
        return _decline(row, "authentication_required", "1A")
    row.update(status="captured", captured_at=place.now)
    return "charge.captured"


def _forget_keys(place: Place) -> None:
    """The fault: replay protection ends after a time. What already happened stays findable and fenceable."""
    forgets = faults.strike(place.db, place.merchant, "keys_forgotten_after", salt="", call="charge")
    if forgets:
        place.db.execute(
            "UPDATE charge SET key_live = false WHERE merchant_id = %s AND key_live AND status <> 'fenced' "
            "AND created_at <= %s",
            [place.merchant.id, place.now - timedelta(seconds=forgets.seconds)],
        )


def create(place: Place, *, key: str, body: Mapping[str, Any]) -> store.Row:
    """Charge once: the same key and body give the same charge as it is now.

    Raises ApiError: 400 `invalid_request`, 404 `token_not_found`, 422 `key_reused`, 409 `key_fenced`.
    """
    bodies.check_key(key)
    asked = _checked(body)
    _forget_keys(place)
    body_hash = bodies.digest(body)
    token = place.db.execute(
        "SELECT * FROM token WHERE token = %s AND merchant_id = %s AND deleted_at IS NULL",
        [str(body.get("token", "")), place.merchant.id],
    ).fetchone()
    if token is None:
        known = _find_live(place, key)
        if known is None:
            raise errors.ApiError(404, "token_not_found", "No such token.")
        return _same(known, body_hash)
    row = {**_blank(place, key), **asked, "body_hash": body_hash}
    row.update({name: token[name] for name in ("token", "kind", "brand", "last4", "behavior")})
    word = _decide(place, row, token)
    told = events.build(place.db, place.merchant, word, {"charge": as_json(row)}, at=place.now, now=place.now)
    if place.db.execute(_CREATE, {**row, "events": json.dumps(told)}).fetchone():
        if magic.behavior(token["behavior"]).is_once:
            settles = [magic.SETTLE.name, token["token"]]
            place.db.execute("UPDATE token SET behavior = %s WHERE token = %s", settles)
        return row
    known = _find_live(place, key)
    if known is None:
        raise errors.ApiError(409, "try_again", "The key was in use a moment ago.")
    return _same(known, body_hash)


def _find_live(place: Place, key: str) -> store.Row | None:
    return place.db.execute(
        "SELECT * FROM charge WHERE merchant_id = %s AND key = %s AND key_live", [place.merchant.id, key]
    ).fetchone()


def _same(row: store.Row, body_hash: str) -> store.Row:
    if row["status"] == "fenced":
        raise errors.ApiError(409, "key_fenced", "This key was fenced; it can never move money.")
    if row["body_hash"] != body_hash:
        raise errors.ApiError(422, "key_reused", "This key was used for another charge.")
    return row


def find_by_key(place: Place, *, key: str) -> store.Row | None:
    """The first charge of a key, tombstones included: a pure read."""
    return place.db.execute(
        "SELECT * FROM charge WHERE merchant_id = %s AND key = %s ORDER BY created_at, id LIMIT 1",
        [place.merchant.id, key],
    ).fetchone()


def get(place: Place, *, charge_id: str) -> store.Row:
    """A charge by its own id. Raises ApiError 404 `not_found`."""
    row = place.db.execute(
        "SELECT * FROM charge WHERE merchant_id = %s AND id = %s AND status <> 'fenced'",
        [place.merchant.id, charge_id],
    ).fetchone()
    if row is None:
        raise errors.ApiError(404, "not_found", "No such charge.")
    return row


def fence(place: Place, *, key: str) -> store.Row | None:
    """Make the key unable to move money: None when it is so, else the charge that already exists."""
    tombstone = {**_blank(place, key), "status": "fenced"}
    if place.db.execute(_FENCE, tombstone).fetchone():
        return None
    row = find_by_key(place, key=key)
    if row is None:
        raise errors.ApiError(409, "try_again", "The key was in use a moment ago.")
    if row["status"] == "fenced":
        return None
    if row["status"] == "action_needed":
        ended = change(place, row, {"status": "canceled", "action_url": None}, word="charge.canceled")
        return None if ended else find_by_key(place, key=key)
    return row


def cancel(place: Place, *, charge_id: str) -> store.Row:
    """Cancel what was not sent yet. Raises ApiError 409 `too_late`, 404."""
    row = get(place, charge_id=charge_id)
    if row["status"] == "canceled":
        return row
    waiting = row["status"] == "action_needed" or (row["status"] == "pending" and row["sent_at"] is None)
    values = {"status": "canceled", "action_url": None, "next_at": None, "next_step": None}
    changed = change(place, row, values, word="charge.canceled") if waiting else None
    if changed is None:
        raise errors.ApiError(409, "too_late", "The charge was already sent or is final.")
    return changed


def change(
    place: Place,
    row: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    word: str = "",
    movement: str = "",
    at: datetime | None = None,
) -> store.Row | None:
    """Move a charge on if nobody did before: the changed row, or None. Books and event go in the same statement."""
    at = at or place.now
    new = {**row, **values}
    told = (
        events.build(place.db, place.merchant, word, {"charge": as_json(new)}, at=at, now=place.now)
        if word
        else []
    )
    sets = ", ".join(f"{name} = %({name})s" for name in values)
    signed = -new["amount_minor"] if movement == "return" else new["amount_minor"]
    done = place.db.execute(
        f"""
        WITH changed AS (
            UPDATE charge SET {sets} WHERE id = %(id)s AND status = %(was)s
               AND next_step IS NOT DISTINCT FROM %(was_step)s AND sent_at IS NOT DISTINCT FROM %(was_sent)s
            RETURNING id
        ), moved AS (
            INSERT INTO movement (merchant_id, at, kind, amount_minor, currency, charge_id, key, reference)
            SELECT %(merchant_id)s, %(at)s, %(movement)s, %(signed)s, %(currency)s, changed.id, %(key)s, %(reference)s
              FROM changed WHERE %(movement)s <> ''
        ), told AS ({events.INSERT.format(source="changed,")})
        SELECT id FROM changed
        """,  # noqa: S608 - column names of ours
        {
            **new,
            "was": row["status"],
            "was_step": row["next_step"],
            "was_sent": row["sent_at"],
            "at": at,
            "movement": movement,
            "signed": signed,
            "events": json.dumps(told),
        },
    ).fetchone()
    return new if done else None
