"""A gateway's message: verified, stored raw and once, applied by the worker a moment later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, jobs
from counterfoil.flows.payments import send
from counterfoil.gateway_events import operations as event_operations
from counterfoil.gateways import base


def run(
    *, now: datetime, real_now: datetime, connection_ref: str, body: bytes, headers: Mapping[str, str]
) -> int | None:
    """Verify the signature on the raw body, store the event, queue its job; return its row id, None if known.

    The age of the signature is judged by `real_now`: a demo's clock may run ahead.

    :raises errors.NotFound: no such connection.
    :raises base.Forged: the signature or the age does not hold; nothing is stored (WH-01).
    """
    connection = biller_queries.get_connection(public_id=connection_ref)
    gateway = base.reads_events(send.open_gateway(connection))
    news = gateway.verify(body, headers, real_now)
    if news is None:
        return None
    with db.transaction():
        row_id = event_operations.store(
            biller_id=connection.biller_id,
            connection_id=connection.id,
            event_id=news.event_id,
            kind=news.kind,
            payment_key=news.key or "",
            method_token=news.token or "",
            raw=body,
            now=now,
        )
        if row_id is not None:
            jobs.defer("apply_gateway_event", event_id=row_id)
    return row_id
