"""Reads of what gateways told us. For flows alone."""

from __future__ import annotations

from datetime import datetime

from counterfoil.gateway_events.models import GatewayEvent


def find_waiting(*, event_id: int) -> GatewayEvent | None:
    """Return an event that is not applied yet, or None."""
    return GatewayEvent.objects.filter(pk=event_id, applied_at__isnull=True).first()


def list_waiting_ids(*, before: datetime, limit: int) -> list[int]:
    """Return events received before `before` that nobody has applied: their job was lost."""
    rows = GatewayEvent.objects.filter(applied_at__isnull=True, received_at__lt=before).order_by(
        "received_at"
    )
    return list(rows.values_list("pk", flat=True)[:limit])
