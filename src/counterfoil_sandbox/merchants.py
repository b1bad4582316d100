"""Merchants: who uses the sandbox, with keys, webhook, origins, clock and armed faults."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from counterfoil_sandbox import errors, store


@dataclass(frozen=True, slots=True)
class Fault:
    """A misbehavior that is switched on: `times_left` times, or by `probability`."""

    id: int
    fault: str
    times_left: int | None
    probability: float | None
    seed: str
    on_call: str
    seconds: float


@dataclass(slots=True)
class Merchant:
    """One merchant as it was when the request began."""

    id: str
    name: str
    public_key: str
    webhook_url: str
    webhook_secret: str
    origins: tuple[str, ...]
    offset_seconds: int
    next_at: datetime | None = None
    faults: list[Fault] = field(default_factory=list)


# The faults and the next thing to happen come with the merchant, so that an ordinary call costs one query for all.
_SELECT = """
SELECT m.id, m.name, m.public_key, m.webhook_url, m.webhook_secret, m.origins, m.offset_seconds,
       least((SELECT min(next_at) FROM charge WHERE merchant_id = m.id AND next_at IS NOT NULL),
             (SELECT min(next_at) FROM refund WHERE merchant_id = m.id AND next_at IS NOT NULL),
             (SELECT min(run_at) FROM delayed WHERE merchant_id = m.id)) AS next_at,
       (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'fault', f.fault, 'times_left', f.times_left,
               'probability', f.probability, 'seed', f.seed, 'on_call', f.on_call, 'seconds', f.seconds)
               ORDER BY f.id)
          FROM fault f WHERE f.merchant_id = m.id AND (f.times_left IS NULL OR f.times_left > 0)) AS faults
  FROM merchant m
"""


def _read(row: store.Row) -> Merchant:
    faults = [Fault(**found) for found in row.pop("faults") or []]
    return Merchant(**{**row, "origins": tuple(row["origins"])}, faults=faults)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find(db: store.Connection, *, by: str, value: str) -> Merchant | None:
    """The merchant with that `id`, `public_key` or `secret_key`, if there is one."""
    if by == "secret_key":
        row = db.execute(f"{_SELECT} WHERE m.secret_hash = %s", [_digest(value)]).fetchone()
    elif by == "public_key":
        row = db.execute(f"{_SELECT} WHERE m.public_key = %s", [value]).fetchone()
    else:
        row = db.execute(f"{_SELECT} WHERE m.id = %s", [value]).fetchone()
    return _read(row) if row else None


def get(db: store.Connection, *, by: str, value: str) -> Merchant:
    """As `find`. Raises ApiError 404 `merchant_unknown`."""
    found = find(db, by=by, value=value)
    if found is None:
        raise errors.ApiError(404, "merchant_unknown", "No such merchant.")
    return found


def list_some(db: store.Connection, *, first: str, limit: int) -> list[Merchant]:
    """Merchants for the books page, by id, the one with id `first` before the others."""
    return [_read(row) for row in db.execute(f"{_SELECT} ORDER BY m.id <> %s, m.id LIMIT %s", [first, limit])]


def save(db: store.Connection, values: Mapping[str, Any]) -> str:
    """Make a merchant, or bring its name, keys and addresses up to date; its clock and books stay.

    Raises ApiError 400 `invalid_request` when a value is missing.
    """
    try:
        row = {
            "id": str(values["id"]),
            "name": str(values["name"]),
            "secret_hash": _digest(str(values["secret_key"])),
            "public_key": str(values["public_key"]),
            "webhook_url": str(values.get("webhook_url", "")),
            "webhook_secret": str(values["webhook_secret"]),
            "origins": [str(origin).rstrip("/") for origin in values.get("origins", [])],
        }
    except KeyError as missing:
        raise errors.ApiError(400, "invalid_request", f"The merchant has no {missing}.") from missing
    db.execute(
        """
        INSERT INTO merchant (id, name, secret_hash, public_key, webhook_url, webhook_secret, origins, offset_seconds)
        VALUES (%(id)s, %(name)s, %(secret_hash)s, %(public_key)s, %(webhook_url)s, %(webhook_secret)s, %(origins)s,
                (SELECT offset_seconds FROM installation))
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, secret_hash = excluded.secret_hash,
            public_key = excluded.public_key, webhook_url = excluded.webhook_url,
            webhook_secret = excluded.webhook_secret, origins = excluded.origins
        """,
        row,
    )
    return str(row["id"])
