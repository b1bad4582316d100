"""Agreements of wallets: asked for once a key, decided by the wallet's holder on a page, taken back there."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from counterfoil_sandbox import charges, errors, events, magic, merchants, store, tokens


def as_json(row: store.Row, *, base_url: str) -> dict[str, Any]:
    """An agreement as the API shows it; the token only once its holder agreed."""
    return {
        "id": row["id"],
        "status": row["status"],
        "url": f"{base_url}/wallet/agreements/{row['id']}",
        "token": row["token"],
    }


def begin(place: charges.Place, *, key: str, return_url: str, locale: str) -> store.Row:
    """Ask once: the same key gives the same agreement as it is now.

    Raises ApiError 400 for a missing key, and `return_url` for one that is not the merchant's.
    """
    if not 0 < len(key) <= 200:
        raise errors.ApiError(400, "invalid_request", "Idempotency-Key is missing or too long.")
    parts = urlsplit(return_url)
    if f"{parts.scheme}://{parts.netloc}" not in place.merchant.origins:
        raise errors.ApiError(400, "return_url", "return_url does not begin with an origin of this merchant.")
    place.db.execute(
        """
        INSERT INTO agreement (id, merchant_id, key, status, return_url, locale, created_at)
        VALUES (%s, %s, %s, 'waiting', %s, %s, %s) ON CONFLICT (merchant_id, key) DO NOTHING
        """,
        [f"agr_{secrets.token_hex(16)}", place.merchant.id, key, return_url, locale[:10], place.now],
    )
    found = place.db.execute(
        "SELECT * FROM agreement WHERE merchant_id = %s AND key = %s", [place.merchant.id, key]
    ).fetchone()
    if found is None:
        raise errors.ApiError(409, "try_again", "The key was in use a moment ago.")
    return found


def get(db: store.Connection, *, agreement_id: str, merchant_id: str = "") -> store.Row:
    """One agreement, of one merchant or of any. Raises ApiError 404 `not_found`."""
    row = db.execute(
        "SELECT * FROM agreement WHERE id = %(id)s AND (%(merchant)s = '' OR merchant_id = %(merchant)s)",
        {"id": agreement_id, "merchant": merchant_id},
    ).fetchone()
    if row is None:
        raise errors.ApiError(404, "not_found", "No such agreement.")
    return row


def decide(
    db: store.Connection, merchant: merchants.Merchant, row: store.Row, *, approved: bool, now: datetime
) -> None:
    """Keep what the holder decided, once: a second click, or another tab, changes nothing."""
    with db.transaction():
        locked = db.execute("SELECT status FROM agreement WHERE id = %s FOR UPDATE", [row["id"]]).fetchone()
        if locked is None or locked["status"] != "waiting":
            return
        token = tokens.wallet(db, merchant, now=now) if approved else None
        db.execute(
            "UPDATE agreement SET status = %s, token = %s, decided_at = %s WHERE id = %s",
            ["approved" if approved else "canceled", token, now, row["id"]],
        )


def withdraw(place: charges.Place, row: store.Row) -> None:
    """Take an agreement back: charges to its token are declined from now on, and the merchant is told. Once."""
    with place.db.transaction():
        done = place.db.execute(
            "UPDATE agreement SET status = 'withdrawn', decided_at = %s WHERE id = %s AND status = 'approved' "
            "RETURNING token",
            [place.now, row["id"]],
        ).fetchone()
        if done is None:
            return
        place.db.execute(
            "UPDATE token SET behavior = %s WHERE token = %s", [magic.REVOKED.name, done["token"]]
        )
        shown = place.db.execute("SELECT * FROM token WHERE token = %s", [done["token"]]).fetchone()
        told = {"token": tokens.as_json(shown)} if shown else {"token": {"token": done["token"]}}
        events.add(place.db, place.merchant, "token.revoked", told, at=place.now, now=place.now)


def list_all(db: store.Connection, *, limit: int) -> list[store.Row]:
    """The newest agreements with their merchants' names."""
    return db.execute(
        "SELECT a.*, m.name AS merchant_name FROM agreement a JOIN merchant m ON m.id = a.merchant_id "
        "ORDER BY a.created_at DESC, a.id LIMIT %s",
        [limit],
    ).fetchall()
