"""What payers are told of payments of later days and of autopay: one place for the data of these notices.

It stands beside the outcomes of payments because these cause some of them; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import WORKER
from counterfoil.invoices import queries as invoice_queries
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.schedules import queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow

LINK: Final = "/billing/schedules/"

Extra = Mapping[int, Mapping[str, Any]]
"""What a notice says beyond the row it is about, by the row's id."""


def queue(
    *,
    now: datetime,
    key: str,
    scheduled_ids: Collection[int],
    extra: Extra | None = None,
    once: str = "",
) -> None:
    """Queue one notice of this kind for each scheduled payment, set-based; payers without an address get none.

    `once` tells apart a second notice of the same kind about the same row.
    """
    rows = schedule_queries.list_rows_by_ids(scheduled_ids=scheduled_ids)
    people = _payers({row.payer_id for row in rows})
    billers = biller_queries.list_by_ids(biller_ids={row.biller_id for row in rows})
    numbers = _invoice_numbers(rows)
    notices = []
    for row in rows:
        payer = people[row.payer_id]
        if not payer.email:
            continue
        data = _about(row, numbers) | dict((extra or {}).get(row.id, {}))
        subject = (row.public_id, intent(public_id=row.public_id, key=key, once=once))
        notices.append(_notice(key, billers[row.biller_id], payer, data, subject))
    notice_operations.queue_many(notices, now=now)


def queue_enrollments(
    *,
    now: datetime,
    key: str,
    enrollment_ids: Collection[int],
    extra: Extra | None = None,
    once: str = "",
) -> None:
    """Queue one notice of this kind for each enrollment in autopay; payers without an address get none."""
    rows = schedule_queries.list_enrollment_rows_by_ids(enrollment_ids=enrollment_ids)
    people = _payers({row.payer_id for row in rows})
    billers = biller_queries.list_by_ids(biller_ids={row.biller_id for row in rows})
    notices = []
    for row in rows:
        payer = people[row.payer_id]
        if not payer.email:
            continue
        data = _about_autopay(row) | dict((extra or {}).get(row.id, {}))
        subject = (row.public_id, intent(public_id=row.public_id, key=key, once=once))
        notices.append(_notice(key, billers[row.biller_id], payer, data, subject))
    notice_operations.queue_many(notices, now=now)


def intent(*, public_id: str, key: str, once: str = "") -> str:
    """Return what makes a notice about this row go out once, and finds it again; `once` as `queue` was given it."""
    return f"{key}:{public_id}:{once}" if once else f"{key}:{public_id}"


def _payers(payer_ids: Collection[int]) -> dict[int, PayerRow]:
    # The rows are the actor's already; whom they tell is read as the installation.
    return {row.id: row for row in payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=payer_ids)}


def _invoice_numbers(rows: Sequence[ScheduledRow]) -> dict[str, str]:
    refs = {ref for row in rows for ref, _ in row.amounts}
    return invoice_queries.map_numbers(refs=refs)


def _about(row: ScheduledRow, numbers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "payer_name": row.payer_name,
        "for_whom": row.for_whom,
        "account_number": row.account_number,
        "amount_minor": row.amount_minor,
        "fee_minor": row.fee_minor,
        "currency": row.currency,
        "run_on": row.run_on.isoformat(),
        "cutoff_at": row.cutoff_at.isoformat(),
        "method_label": row.method_label,
        "invoices": ", ".join(numbers[ref] for ref, _ in row.amounts if ref in numbers) or "-",
        "by_autopay": bool(row.enrollment_ref),
        "is_collection": row.origin == states.PULL,
        "reason": row.reason,
        "link": LINK,
    }


def _about_autopay(row: EnrollmentRow) -> dict[str, Any]:
    return {
        "payer_name": row.payer_name,
        "for_whom": row.for_whom,
        "method_label": row.method_label,
        "rule": row.rule,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "day_rule": row.day_rule,
        "day": row.day,
        "reason": row.pause_reason,
        "link": LINK,
    }


def _notice(
    key: str, biller: BillerRow, payer: PayerRow, data: Mapping[str, Any], subject: tuple[str, str]
) -> NewNotice:
    who = {
        "name": biller.name,
        "phone": biller.phone,
        "email": biller.email,
        "address_lines": list(biller.address_lines),
    }
    return NewNotice(
        biller_id=biller.id,
        key=key,
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=biller.zone,
        data={"biller": who, **data},
        subject_ref=subject[0],
        once=subject[1],
    )
