"""Events as rows of the outbox, with the faults of their delivery decided when they are made."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from counterfoil_sandbox import clock, faults, merchants, store

COLUMNS = "event_id text, kind text, created_at timestamptz, body text, note text, next_try_at timestamptz"
# Put into a statement that has %(merchant_id)s and %(events)s; `{source}` makes it depend on the row it tells about.
INSERT = f"""
INSERT INTO event (merchant_id, event_id, kind, created_at, body, note, next_try_at)
SELECT %(merchant_id)s, x.event_id, x.kind, x.created_at, x.body, x.note, x.next_try_at
  FROM {{source}} jsonb_to_recordset(%(events)s::jsonb) AS x({COLUMNS})
"""  # noqa: S608 - column names of ours


def _row(kind: str, at: datetime, data: dict[str, Any], *, note: str, try_at: datetime) -> dict[str, Any]:
    event_id = f"evt_{secrets.token_hex(12)}"
    body = json.dumps({"id": event_id, "type": kind, "created_at": clock.iso(at), "data": data})
    return {
        "event_id": event_id,
        "kind": kind,
        "created_at": clock.iso(at),
        "body": body,
        "note": note,
        "next_try_at": clock.iso(try_at),
    }


def build(
    db: store.Connection,
    merchant: merchants.Merchant,
    kind: str,
    data: dict[str, Any],
    *,
    at: datetime,
    now: datetime,
) -> list[dict[str, Any]]:
    """Rows for an event that happened `at` and is told from `now` on; several when a fault doubles or forges it."""
    subject = data.get("charge") or data.get("refund") or data.get("token", {})
    salt = f"{subject.get('key', subject.get('token', ''))}|{kind}" if isinstance(subject, dict) else kind
    try_at, note = now, ""
    if late := faults.strike(db, merchant, "event_late", salt=salt):
        try_at, note = now + timedelta(seconds=late.seconds), "late"
    elif faults.strike(db, merchant, "event_out_of_order", salt=salt):
        try_at, note = now + timedelta(seconds=faults.OUT_OF_ORDER_SECONDS), "out of order"
    rows = [_row(kind, at, data, note=note, try_at=try_at)]
    if faults.strike(db, merchant, "event_doubled", salt=salt):
        rows.append({**rows[0], "note": "doubled"})
    if faults.strike(db, merchant, "event_forged", salt=salt):
        lie = "refund.succeeded" if "refund" in data else "charge.captured"
        rows.append(_row(lie, at, data, note="forged", try_at=now))
    return rows


def add(
    db: store.Connection,
    merchant: merchants.Merchant,
    kind: str,
    data: dict[str, Any],
    *,
    at: datetime,
    now: datetime,
) -> None:
    """Make an event that stands alone (no charge or refund changes with it)."""
    rows = build(db, merchant, kind, data, at=at, now=now)
    db.execute(INSERT.format(source=""), {"merchant_id": merchant.id, "events": json.dumps(rows)})
