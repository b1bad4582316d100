"""The connection whose messages are measured, and how many of them were stored."""

from __future__ import annotations

from bench.inside.people import NOWHERE
from counterfoil.billers.models import GatewayConnection
from counterfoil.gateway_events.models import GatewayEvent


def run() -> dict[str, object]:
    """Return where messages go, what they are signed with, and how many there are."""
    connection = GatewayConnection.objects.get(is_active=True)
    return {
        "path": f"/inbound/{connection.gateway_key}/{connection.public_id}/",
        "secret": NOWHERE["webhook_secret"],
        "stored": GatewayEvent.objects.count(),
    }
