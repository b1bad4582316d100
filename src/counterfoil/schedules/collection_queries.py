"""What billers collect by standing permissions, for the flows that set it, stop it and take it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from counterfoil.core import db
from counterfoil.schedules import states


def key(*, account_id: int, payer_id: int, first_on: date) -> str:
    """Return what makes a collection one: its account, payer and day. The database knows each key of a biller once."""
    return f"pull:{account_id}:{payer_id}:{first_on.isoformat()}"


def list_set(*, biller_id: int, keys: Collection[str]) -> dict[str, tuple[int, date, str]]:
    """Return amount in minor units, day and status of those that were set ever, by key: canceled ones too."""
    rows = db.select(
        "SELECT key, amount_minor, run_on, status FROM schedules_scheduled WHERE biller_id = %s AND key = ANY(%s)",
        [biller_id, list(keys)],
    )
    return {str(key_): (int(minor), run_on, str(status)) for key_, minor, run_on, status in rows}


def waiting_ids(*, method_ids: Collection[int] = (), payer_ids: Collection[int] = ()) -> list[int]:
    """Return the ids of collections that nobody began, from these methods or of these payers, to lock them."""
    rows = db.select(
        "SELECT id FROM schedules_scheduled WHERE origin = %s AND status = %s"
        " AND (method_id = ANY(%s) OR payer_id = ANY(%s)) ORDER BY id",
        [states.PULL, states.SCHEDULED, list(method_ids), list(payer_ids)],
    )
    return [int(pk) for (pk,) in rows]
