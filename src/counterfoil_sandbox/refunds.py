"""Refunds: made once per key, read and fenced as charges are. Never more goes back than the charge took."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from counterfoil_sandbox import bankdays, bodies, charges, clock, errors, events, faults, magic, store

COLUMNS = (
    "id",
    "merchant_id",
    "key",
    "key_live",
    "body_hash",
    "status",
    "charge_id",
    "amount_minor",
    "currency",
    "reference",
    "behavior",
    "failure_code",
    "expected_on",
    "created_at",
    "succeeded_at",
    "failed_at",
    "next_at",
    "next_step",
)
OPEN_FOR = timedelta(days=180)
_NAMES = ", ".join(COLUMNS)
_VALUES = ", ".join(f"%({name})s" for name in COLUMNS)
_MOVE = """
    INSERT INTO movement (merchant_id, at, kind, amount_minor, currency, charge_id, key, reference, refund_id)
    SELECT %(merchant_id)s, %(at)s, %(movement)s, %(signed)s, %(currency)s, %(charge_id)s, %(key)s, %(reference)s,
           %(id)s
"""
_CREATE = f"""
WITH born AS (
    INSERT INTO refund ({_NAMES}) VALUES ({_VALUES})
    ON CONFLICT (merchant_id, key) WHERE key_live DO NOTHING RETURNING id
), moved AS ({_MOVE} FROM born WHERE %(movement)s <> ''
), told AS ({events.INSERT.format(source="born,")})
SELECT id FROM born
"""  # noqa: S608 - column names of ours
_FENCE = f"""
INSERT INTO refund ({_NAMES}) SELECT {_VALUES}
 WHERE NOT EXISTS (SELECT FROM refund WHERE merchant_id = %(merchant_id)s AND key = %(key)s)
ON CONFLICT (merchant_id, key) WHERE key_live DO NOTHING RETURNING id
"""  # noqa: S608 - column names of ours


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A refund as the API shows it."""
    names = ("id", "key", "status", "amount_minor", "currency", "reference", "failure_code")
    return {
        **{name: row[name] for name in names},
        "charge": row["charge_id"],
        "expected_on": row["expected_on"].isoformat() if row["expected_on"] else None,
        **{name: clock.iso(row[name]) for name in ("created_at", "succeeded_at", "failed_at")},
    }


def _blank(place: charges.Place, key: str) -> dict[str, Any]:
    texts = dict.fromkeys(("body_hash", "charge_id", "currency", "reference", "behavior"), "")
    return {
        **dict.fromkeys(COLUMNS),
        **texts,
        "id": f"re_{secrets.token_hex(12)}",
        "merchant_id": place.merchant.id,
        "key": key,
        "key_live": True,
        "amount_minor": 0,
        "created_at": place.now,
    }


def _course(charge: Mapping[str, Any]) -> magic.RefundCourse:
    usual = magic.REFUND_BY_BANK if charge["kind"] == "bank" else magic.REFUND_AT_ONCE
    return magic.behavior(charge["behavior"]).refund or usual


def _decide(place: charges.Place, charge: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of a refund of that charge at once, and what happens to it next."""
    course = _course(charge)
    today = bankdays.on_or_after(bankdays.bank_date(place.now))
    day = bankdays.after(today, course.bank_days)
    gone = {"status": "succeeded", "succeeded_at": place.now}
    if course.bank_days == 0:
        return gone
    # As with debits: what fails or comes back does so at 8:00, money moves at 8:30.
    step = {"next_at": bankdays.at(day, 8), "next_step": "fail"}
    if course.ends == "succeed":
        step = {"next_at": bankdays.at(day, 8, 30), "next_step": "succeed"}
    return step | (gone if course.ends == "come_back" else {"status": "pending", "expected_on": day})


def _refuse(place: charges.Place, charge: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Say no to what may not go back; the charge's row is locked. Raises ApiError 400."""
    if asked["currency"] != charge["currency"]:
        raise errors.ApiError(400, "currency_mismatch", "A refund has the currency of its charge.")
    has_money = charge["status"] == "captured" or (charge["status"] == "pending" and charge["funded_at"])
    if not has_money:
        raise errors.ApiError(400, "not_refundable", "The charge has not taken money, or gave it back.")
    if place.now - charge["created_at"] > OPEN_FOR:
        raise errors.ApiError(400, "too_old", f"The charge is more than {OPEN_FOR.days} days old.")
    row = place.db.execute(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM refund "
        "WHERE charge_id = %s AND status IN ('pending', 'succeeded')",
        [charge["id"]],
    ).fetchone()
    live_minor = row["minor"] if row else 0
    if live_minor + asked["amount_minor"] > charge["amount_minor"]:
        raise errors.ApiError(400, "refund_too_much", "Refunds would come to more than the charge took.")


def _forget_keys(place: charges.Place) -> None:
    """The fault: replay protection ends after a time. What already happened stays findable and fenceable."""
    forgets = faults.strike(place.db, place.merchant, "keys_forgotten_after", salt="", call="refund")
    if forgets:
        place.db.execute(
            "UPDATE refund SET key_live = false WHERE merchant_id = %s AND key_live AND status <> 'fenced' "
            "AND created_at <= %s",
            [place.merchant.id, place.now - timedelta(seconds=forgets.seconds)],
        )


def create(place: charges.Place, *, key: str, body: Mapping[str, Any]) -> store.Row:
    """Refund once: the same key and body give the same refund as it is now.

    Raises ApiError: 400 `invalid_request`, `refund_too_much`, `not_refundable`, `too_old`, `currency_mismatch`;
    404 `charge_not_found`; 409 `key_reused`, `key_fenced`, `try_again`.
    """
    bodies.check_key(key)
    asked = {
        "amount_minor": bodies.amount_minor(body),
        "currency": str(body.get("currency", "")),
        "reference": str(body.get("reference", ""))[:200],
    }
    body_hash = bodies.digest(body)
    _forget_keys(place)
    with place.db.transaction():
        # Whoever else refunds this charge waits here; what they did is seen by every statement below.
        charge = place.db.execute(
            "SELECT * FROM charge WHERE merchant_id = %s AND id = %s AND status <> 'fenced' FOR UPDATE",
            [place.merchant.id, str(body.get("charge", ""))],
        ).fetchone()
        known = _find_live(place, key)
        if known is not None:
            return _same(known, body_hash)
        if charge is None:
            raise errors.ApiError(404, "charge_not_found", "No such charge.")
        _refuse(place, charge, asked)
        row = {
            **_blank(place, key),
            **asked,
            "body_hash": body_hash,
            "charge_id": charge["id"],
            "behavior": charge["behavior"],
        }
        row.update(_decide(place, charge))
        if _insert(place, row):
            return row
        known = _find_live(place, key)
        if known is None:
            raise errors.ApiError(409, "try_again", "The key was in use a moment ago.")
        return _same(known, body_hash)


def _insert(place: charges.Place, row: store.Row) -> bool:
    """Write a new refund, its movement and its event in one statement; False when the key is taken."""
    told = _told(place, row, at=place.now)
    movement = "refund" if row["status"] == "succeeded" else ""
    moved = {"at": place.now, "movement": movement, "signed": -row["amount_minor"]}
    return place.db.execute(_CREATE, {**row, **moved, "events": json.dumps(told)}).fetchone() is not None


def _told(place: charges.Place, row: Mapping[str, Any], *, at: datetime) -> list[dict[str, Any]]:
    data = {"refund": as_json(row)}
    return events.build(place.db, place.merchant, f"refund.{row['status']}", data, at=at, now=place.now)


def _find_live(place: charges.Place, key: str) -> store.Row | None:
    return place.db.execute(
        "SELECT * FROM refund WHERE merchant_id = %s AND key = %s AND key_live", [place.merchant.id, key]
    ).fetchone()


def _same(row: store.Row, body_hash: str) -> store.Row:
    if row["status"] == "fenced":
        raise errors.ApiError(409, "key_fenced", "This key was fenced; it can never send money back.")
    if row["body_hash"] != body_hash:
        raise errors.ApiError(409, "key_reused", "This key was used for another refund.")
    return row


def find_by_key(place: charges.Place, *, key: str) -> store.Row | None:
    """The first refund of a key, tombstones included: a pure read."""
    return place.db.execute(
        "SELECT * FROM refund WHERE merchant_id = %s AND key = %s ORDER BY created_at, id LIMIT 1",
        [place.merchant.id, key],
    ).fetchone()


def fence(place: charges.Place, *, key: str) -> store.Row | None:
    """Make the key unable to send money back: None when it is so, else the refund that already exists."""
    tombstone = {**_blank(place, key), "status": "fenced"}
    if place.db.execute(_FENCE, tombstone).fetchone():
        return None
    row = find_by_key(place, key=key)
    if row is None:
        raise errors.ApiError(409, "try_again", "The key was in use a moment ago.")
    return None if row["status"] == "fenced" else row


def step(place: charges.Place, row: store.Row) -> None:
    """Do what is due to a refund: the money leaves, or none will, or it comes back. Nobody else may have done it."""
    at, ends = row["next_at"], row["next_step"]
    values: dict[str, Any] = {"next_at": None, "next_step": None}
    movement, signed = "", 0
    if ends == "succeed":
        values |= {"status": "succeeded", "succeeded_at": at}
        movement, signed = "refund", -row["amount_minor"]
    else:
        refund = magic.behavior(row["behavior"]).refund
        values |= {"status": "failed", "failed_at": at, "failure_code": refund.code if refund else ""}
        if row["succeeded_at"]:
            movement, signed = "refund_failed", row["amount_minor"]
    _change(place, row, values, movement=movement, signed=signed, at=at)


def _change(
    place: charges.Place,
    row: store.Row,
    values: Mapping[str, Any],
    *,
    movement: str,
    signed: int,
    at: datetime,
) -> None:
    """Move a refund on if nobody did before; books and event go in the same statement."""
    new = {**row, **values}
    told = _told(place, new, at=at)
    sets = ", ".join(f"{name} = %({name})s" for name in values)
    place.db.execute(
        f"""
        WITH changed AS (
            UPDATE refund SET {sets} WHERE id = %(id)s AND status = %(was)s AND next_step = %(was_step)s RETURNING id
        ), moved AS ({_MOVE} FROM changed WHERE %(movement)s <> ''
        ), told AS ({events.INSERT.format(source="changed,")})
        SELECT id FROM changed
        """,  # noqa: S608 - column names of ours
        {
            **new,
            "was": row["status"],
            "was_step": row["next_step"],
            "at": at,
            "movement": movement,
            "signed": signed,
            "events": json.dumps(told),
        },
    )
