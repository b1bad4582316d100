"""What ends a collection between its notice and its taking, asked when it is decided and once more when it is born."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core.actor import WORKER
from counterfoil.flows.payments import withdraw_collections
from counterfoil.flows.schedules import collecting
from counterfoil.flows.schedules.due import Cancel
from counterfoil.payers import queries as payer_queries
from counterfoil.schedules import queries as schedule_queries, states
from counterfoil.schedules.rows import ScheduledRow


def lost(*, rows: Sequence[ScheduledRow]) -> dict[int, Cancel]:
    """Return those of these that may not be collected any more, by row id, with the reason.

    Their permission was ended, their payer chose otherwise, or autopay pays for the account now.
    """
    found = [row for row in rows if row.origin == states.PULL]
    if not found:
        return {}
    payer_ids = {row.payer_id for row in found}
    given = agreement_queries.list_given(authorization_ids={row.authorization_id for row in found})
    payers = {row.id: row for row in payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=payer_ids)}
    living = schedule_queries.list_living_pairs(payer_ids=payer_ids)
    ends = {}
    for row in found:
        if given[row.authorization_id].revoked_at is not None:
            ends[row.id] = Cancel(withdraw_collections.PERMISSION)
        elif payers[row.payer_id].who_pays != collecting.COLLECTS:
            ends[row.id] = Cancel(withdraw_collections.WHO_PAYS)
        elif not collecting.is_day_of(payers[row.payer_id], row.first_on):
            ends[row.id] = Cancel(collecting.DAY)
        elif {(row.payer_id, row.account_id), (row.payer_id, None)} & living:
            ends[row.id] = Cancel(withdraw_collections.AUTOPAY)
    return ends
