"""What autopay planned and nobody began is withdrawn, in the transaction of whoever pauses, ends or changes it.

Or changes a bill that it is for: then what is told would not be what is taken, or not on the day that the bill says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from counterfoil.core.actor import Actor
from counterfoil.flows.payments import call_off
from counterfoil.schedules import (
    operations as schedule_operations,
    plan_queries,
    queries as schedule_queries,
    states,
)
from counterfoil.schedules.queries import Scheduled
from counterfoil.schedules.rows import EnrollmentRow, pairs

PAUSED: Final = "paused"
ENDED: Final = "ended"
CHANGED: Final = "changed"


@dataclass(frozen=True, slots=True)
class ChangedBill:
    """A locked invoice that was changed. `added_minor`: what its total rose by, below zero what it fell by.

    `rest_minor`: what its addressee has yet to pay of it and is not on its way; `is_moved`: it has another due date.
    """

    ref: str
    account_id: int
    payer_id: int
    added_minor: int
    rest_minor: int
    is_moved: bool


@dataclass(frozen=True, slots=True)
class Plans:
    """What became of autopay's payments for a changed bill: whose are planned anew, and whose go on as told."""

    anew: frozenset[int] = frozenset()
    go_on: frozenset[int] = frozenset()


def planned(
    *, actor: Actor, now: datetime, enrollment_ids: Collection[int], reason: str, in_time_only: bool = False
) -> list[Scheduled]:
    """Cancel what these locked enrollments have waiting, each with a notice; return what is still made.

    With `in_time_only` a payment past its cut-off is left alone: it is on its way.
    """
    ids = schedule_queries.open_ids(enrollment_ids=enrollment_ids)
    rows = schedule_queries.lock_scheduled(scheduled_ids=ids)
    waiting = [row for row in rows if row.status == states.SCHEDULED]
    stopped = [row for row in waiting if not in_time_only or now < row.cutoff_at]
    cancel(actor=actor, now=now, rows=stopped, reason=reason)
    return [row for row in rows if row.status in states.OPEN]


def of_bill(*, actor: Actor, now: datetime, bill: ChangedBill) -> Plans:
    """Withdraw what autopay set for a changed bill, with a notice of each; the planner sets it anew.

    What is past its cut-off, with a worker or sent goes on as it was told (on its day never above what is owed): what
    was added is noted on it, and planned by itself. So does what the payer set by hand, and what the change leaves as
    it is: a day of the month, a fixed amount that is still owed whole, the part of who shares the bill.
    """
    ids = plan_queries.list_ids_for_invoice(account_id=bill.account_id, invoice_ref=bill.ref)
    rows = schedule_queries.lock_scheduled(scheduled_ids=ids)
    behind = {row.enrollment_id for row in rows if row.enrollment_id}
    terms = {
        row.id: row for row in schedule_queries.list_enrollment_rows_by_ids(enrollment_ids=behind) if behind
    }
    stopped = [row for row in rows if _ends_with(bill, row, terms[row.enrollment_id or 0], now)]
    left = [row for row in rows if row not in stopped and row.status in {*states.OPEN, states.SUBMITTED}]
    if stopped:
        cancel(actor=actor, now=now, rows=stopped, reason=CHANGED)
    # The last one of each autopay alone: what was added before it was planned is in it.
    last = {row.enrollment_id: row for row in left if row.payer_id == bill.payer_id}
    if bill.added_minor:
        for row in last.values():
            schedule_operations.note_raised(scheduled=row, ref=bill.ref, minor=bill.added_minor)
        schedule_operations.save_scheduled(rows=last.values())
    return Plans(
        frozenset(row.payer_id for row in stopped),
        frozenset(row.payer_id for row in left if row.status in states.OPEN),
    )


def _ends_with(bill: ChangedBill, row: Scheduled, terms: EnrollmentRow, now: datetime) -> bool:
    """Tell whether the change of a bill withdraws this payment of autopay."""
    was_set_by_hand = row.noticed_on is not None and not row.notice_days
    if row.status != states.SCHEDULED or now >= row.cutoff_at or was_set_by_hand:
        return False
    if bill.is_moved and terms.day_rule == states.DUE_DATE:
        return True
    if not bill.added_minor or row.payer_id != bill.payer_id:
        return False
    part = dict(pairs(row.amounts))[bill.ref]
    is_whole = terms.rule == states.FIXED and row.amount_minor == terms.amount_minor
    return not (is_whole and part <= bill.rest_minor)


def cancel_in_time(*, actor: Actor, now: datetime, rows: Collection[Scheduled]) -> None:
    """Cancel those of these locked scheduled payments of paused autopay that nobody began or is about to."""
    found = [row for row in rows if row.status == states.SCHEDULED and now < row.cutoff_at]
    if found:
        cancel(actor=actor, now=now, rows=found, reason=PAUSED)


def cancel(*, actor: Actor, now: datetime, rows: Collection[Scheduled], reason: str) -> None:
    """Cancel these locked scheduled payments, with audit and a notice of each."""
    call_off.run(actor=actor, now=now, rows=rows, reason=reason)
