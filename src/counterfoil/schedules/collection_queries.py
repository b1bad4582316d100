"""What billers collect by standing permissions, for the flows that set it, stop it and take it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from counterfoil.core import db
from counterfoil.payments import states as payment_states
from counterfoil.schedules import states


def key(*, account_id: int, payer_id: int, first_on: date) -> str:
    """Return what makes a collection one: its account, payer and day. The database knows each key of a biller once."""
    return f"pull:{account_id}:{payer_id}:{first_on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Announced:
    """A collection that was set and told of, canceled or not. `last4` is its method's."""

    amount_minor: int
    run_on: date
    status: str
    last4: str


def list_announced(*, biller_id: int, keys: Collection[str]) -> dict[str, Announced]:
    """Return what was set ever, by key."""
    rows = db.select(
        "SELECT scheduled.key, amount_minor, run_on, scheduled.status, method.last4 FROM schedules_scheduled scheduled"
        " JOIN methods_paymentmethod method ON method.id = scheduled.method_id"
        " WHERE scheduled.biller_id = %s AND scheduled.key = ANY(%s)",
        [biller_id, list(keys)],
    )
    return {str(key_): Announced(*found) for key_, *found in rows}


def list_failed(*, authorization_ids: Collection[int]) -> dict[tuple[int, int], frozenset[str]]:
    """Return the invoices whose collection failed under these permissions, or was given back, by account and payer.

    The permission says that none is tried again without asking; a new permission is the answer. What staff refunded is
    not taken a second time by the next run either.
    """
    rows = db.select(
        "SELECT scheduled.account_id, scheduled.payer_id, array_agg(DISTINCT part->>0)"
        " FROM schedules_scheduled scheduled JOIN payments_payment payment ON payment.id = scheduled.payment_id"
        " CROSS JOIN LATERAL jsonb_array_elements(scheduled.amounts) AS part"
        " WHERE scheduled.authorization_id = ANY(%s) AND scheduled.origin = %s"
        " AND (payment.status = ANY(%s) OR payment.refunded_minor > 0)"
        " GROUP BY 1, 2",
        [list(authorization_ids), states.PULL, [payment_states.DECLINED, payment_states.RETURNED]],
    )
    return {(account_id, payer_id): frozenset(refs) for account_id, payer_id, refs in rows}


def waiting_ids(*, method_ids: Collection[int] = (), payer_ids: Collection[int] = ()) -> list[int]:
    """Return the ids of collections that nobody began, from these methods or of these payers, to lock them."""
    rows = db.select(
        "SELECT id FROM schedules_scheduled WHERE origin = %s AND status = %s"
        " AND (method_id = ANY(%s) OR payer_id = ANY(%s)) ORDER BY id",
        [states.PULL, states.SCHEDULED, list(method_ids), list(payer_ids)],
    )
    return [int(pk) for (pk,) in rows]
