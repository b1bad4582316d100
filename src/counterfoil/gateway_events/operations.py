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
    row, is_new = GatewayEvent.objects.get_or_create(
        connection_id=connection_id,
        event_id=event_id,
        defaults={
            "biller_id": biller_id,
            "kind": kind,
            "payment_key": payment_key,
            "method_token": method_token[:100],
            "raw": raw,
            "received_at": now,
        },
    )
    return row.pk if is_new else None


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
