"""What payers are told of payments that wait for their bank account to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import WORKER
from counterfoil.flows.payments import quote
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries

# product.md 3, NA-08: reminded on the second and the fifth day, canceled with notice on the tenth.
REMINDED_AFTER = (2, 5)
LASTS_DAYS = quote.WAITS_DAYS
KEY = "amounts_awaited"


def queue(*, payment_ids: Sequence[int], day: int, now: datetime) -> None:
    """Queue the words about these payments in the caller's transaction, once for each `day` after they were submitted.

    Payers without an e-mail address get none.
    """
    rows = payment_queries.list_by_ids(actor=WORKER, payment_ids=payment_ids)
    billers = biller_queries.list_by_ids(biller_ids={row.biller_id for row in rows})
    payer_ids = {row.payer_id for row in rows}
    payers = {row.id: row for row in payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=payer_ids)}
    notices: list[NewNotice] = []
    for row in rows:
        biller, payer = billers[row.biller_id], payers[row.payer_id]
        if not payer.email:
            continue
        data = {
            "biller": {"name": biller.name, "phone": biller.phone},
            "payer_name": payer.name,
            "payment_number": row.number,
            "submitted_at": row.submitted_at.isoformat(),
            "method_label": row.method_label,
            "total_minor": row.total_minor,
            "currency": row.currency,
            "until": (row.submitted_on + timedelta(days=LASTS_DAYS)).isoformat(),
            "link": f"/billing/payments/{row.public_id}/",
        }
        notices.append(
            NewNotice(
                biller_id=row.biller_id,
                key=KEY,
                to_email=payer.email,
                payer_id=payer.id,
                locale=payer.locale,
                zone=biller.zone,
                data=data,
                subject_ref=row.public_id,
                once=f"{KEY}:{row.public_id}:{day}",
            )
        )
    notice_operations.queue_many(notices, now=now)
