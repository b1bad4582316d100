"""Collections that were told of and that nobody began are called off, in the transaction of what ends them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from counterfoil.core.actor import Actor
from counterfoil.flows.payments import call_off
from counterfoil.schedules import collection_queries, queries as schedule_queries, states

PERMISSION: Final = "permission"
WHO_PAYS: Final = "who_pays"
METHOD: Final = "method"
AUTOPAY: Final = "autopay"


def run(
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    method_ids: Collection[int] = (),
    payer_ids: Collection[int] = (),
    account_ids: Collection[int] | None = None,
) -> None:
    """Cancel them, each with a notice: those from these methods or of these payers, at these accounts or all.

    Past the cut-off, too: nothing obliges the biller to take them. What a worker has claimed looks once more in the
    commit of its birth (`flows.schedules.run_due`).
    """
    ids = collection_queries.waiting_ids(method_ids=method_ids, payer_ids=payer_ids)
    rows = [
        row
        for row in schedule_queries.lock_scheduled(scheduled_ids=ids)
        if row.status == states.SCHEDULED and (account_ids is None or row.account_id in account_ids)
    ]
    if rows:
        call_off.run(actor=actor, now=now, rows=rows, reason=reason)
