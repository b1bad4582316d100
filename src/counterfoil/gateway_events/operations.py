"""Writes to gateway events: stored once, marked when applied."""

from __future__ import annotations

from datetime import datetime

from counterfoil.core import db
from counterfoil.gateway_events.models import GatewayEvent


def store(  # noqa: PLR0913 - one row
    *,
    biller_id: int,
    connection_id: int,
    event_id: str,
    kind: str,
    payment_key: str,
    raw: bytes,
    method_token: str = "",
    now: datetime,
) -> int | None:
    """Store an event raw; return its row id, or None when it is known already."""
    db.demand_transaction()
    stored = db.insert_many(
        GatewayEvent._meta.db_table,
        {
            "biller_id": ("bigint", [biller_id]),
            "connection_id": ("bigint", [connection_id]),
            "event_id": ("text", [event_id]),
            "kind": ("text", [kind]),
            "payment_key": ("text", [payment_key]),
            "method_token": ("text", [method_token[:100]]),
            "raw": ("bytea", [f"\\x{raw.hex()}"]),
            "received_at": ("timestamptz", [now]),
            "attempts": ("smallint", [0]),
            "last_error": ("text", [""]),
        },
        returning="id",
        skips_known=True,
    )
    return int(stored[0][0]) if stored else None


def mark_applied(*, event: GatewayEvent, now: datetime) -> None:
    """Note that everything this event hints at has been recorded. Until then it stays retryable."""
    db.demand_transaction()
    event.applied_at = now
    event.save(update_fields=["applied_at"])


def note_failure(*, event: GatewayEvent, error: str) -> None:
    """Note why applying failed; it will be tried again."""
    db.demand_transaction()
    event.attempts += 1
    event.last_error = error[:300]
    event.save(update_fields=["attempts", "last_error"])
