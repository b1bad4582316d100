"""What autopay planned for an invoice, for who changes that invoice and for who plans it anew."""

from __future__ import annotations

import json
from collections.abc import Collection

from counterfoil.core import db
from counterfoil.schedules import queries, states


def list_ids_for_invoice(*, account_id: int, invoice_ref: str) -> list[int]:
    """Return the ids of what autopay set for an invoice and nobody called off, to lock them: waiting, begun or sent."""
    rows = db.select(
        "SELECT id FROM schedules_scheduled WHERE account_id = %s AND origin = %s AND enrollment_id IS NOT NULL"
        " AND status = ANY(%s) AND amounts @> %s::jsonb ORDER BY id",
        [account_id, states.AUTOPAY, [*states.OPEN, states.SUBMITTED], json.dumps([[invoice_ref]])],
    )
    return [int(pk) for (pk,) in rows]


def map_raised(
    *, enrollment_ids: Collection[int], refs: Collection[str], anew: bool = False
) -> dict[tuple[int, str], int]:
    """Return what was added to these invoices after their last plan, in minor units by `(enrollment, invoice)`.

    One query. The last plan counts alone: what was added before it is in it. With `anew` as if what waits were
    withdrawn.
    """
    rows = db.select(
        "SELECT DISTINCT ON (planned.enrollment_id, part->>0) planned.enrollment_id, part->>0, planned.raised::text"
        " FROM schedules_scheduled planned, jsonb_array_elements(planned.amounts) AS part"
        " WHERE planned.enrollment_id = ANY(%s) AND part->>0 = ANY(%s) AND planned.first_on IS NOT NULL"
        " AND planned.origin = %s AND NOT (planned.status = %s AND planned.reason = ANY(%s))"
        " AND NOT (%s AND planned.status = %s)"
        " ORDER BY planned.enrollment_id, part->>0, planned.id DESC",
        [
            list(enrollment_ids), list(refs), states.AUTOPAY, states.CANCELED, list(queries.ANEW), anew,
            states.SCHEDULED,
        ],
    )  # fmt: skip
    found = {}
    for enrollment_id, ref, raised in rows:
        if minor := dict(json.loads(raised)).get(ref):
            found[enrollment_id, ref] = int(minor)
    return found
