"""One worker that takes what is due, at noon of the biller."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from counterfoil.billers import queries as biller_queries
from counterfoil.core import clock
from counterfoil.core.actor import WORKER
from counterfoil.flows.schedules import run_due


def run() -> dict[str, float]:
    """Return how many were taken, and the seconds it took."""
    biller = biller_queries.get_by_key(key="bench-court")
    local = clock.now().astimezone(ZoneInfo(biller.zone))
    noon = datetime(local.year, local.month, local.day, 12, tzinfo=ZoneInfo(biller.zone))
    began = time.perf_counter()
    count = run_due.run(actor=WORKER, now=noon, biller_id=biller.id)
    return {"count": count, "seconds": time.perf_counter() - began}
