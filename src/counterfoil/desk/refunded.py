"""Which payments of a list have a refund on its way, read only where something went back at all."""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.desk.desk import Desk
from counterfoil.payments.queries import PaymentRow
from counterfoil.refunds import queries as refund_queries


def moving(desk: Desk, rows: Iterable[PaymentRow]) -> set[int]:
    """Return the ids of those with a refund on its way; one query, and none where nothing went back."""
    ids = [row.id for row in rows if row.refunded_total_minor]
    return refund_queries.list_moving(actor=desk.actor, payment_ids=ids) if ids else set()
