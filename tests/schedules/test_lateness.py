"""When a bill is overdue: not before the day on which autopay takes all that is left of it."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.invoices.rows import InvoiceRow
from counterfoil.schedules import lateness
from counterfoil.schedules.rows import ScheduledSum

DUE, TODAY, MOVED = date(2026, 11, 16), date(2026, 11, 20), date(2026, 11, 30)


def bill(*, open_minor: int = 100_000, pending_minor: int = 0, ref: str = "inv_1") -> InvoiceRow:
    return InvoiceRow(
        id=1, public_id=ref, number="1001", status="open", issued_on=date(2026, 11, 1), due_on=DUE, currency="USD",
        total_minor=100_000, open_minor=open_minor, pending_minor=pending_minor, is_disputed=False, biller_id=1,
        biller_name="Maple Court", account_id=1, account_number="A-1", for_whom="Eleanor Whitfield", payer_id=1,
        payer_name="Eleanor Whitfield",
    )  # fmt: skip


def debit(*parts: tuple[str, int], origin: str = "autopay", on: date = MOVED) -> ScheduledSum:
    return ScheduledSum(sum(minor for _, minor in parts), on, "sch_1", origin, parts)


def test_with_nothing_set_a_bill_is_overdue_after_its_due_date() -> None:
    assert lateness.due_on(invoice=bill(), later=()) == DUE
    assert lateness.shown_status(invoice=bill(), today=TODAY, later=()) == "Overdue"
    assert lateness.shown_status(invoice=bill(), today=DUE, later=()) == "Open"


def test_a_moved_debit_moves_the_day_and_not_beyond() -> None:
    later = [debit(("inv_1", 100_000))]
    shown = [
        lateness.shown_status(invoice=bill(), today=day, later=later)
        for day in (TODAY, MOVED, date(2026, 12, 1))
    ]
    assert shown == ["Open", "Open", "Overdue"]
    assert lateness.shown_status(invoice=bill(open_minor=60_000), today=TODAY, later=later) == "Partly paid"


@pytest.mark.parametrize(
    "later",
    [
        (debit(("inv_1", 99_999)),),
        (debit(("inv_2", 100_000)),),
        (debit(("inv_1", 100_000), origin="payer"),),
        (debit(("inv_1", 100_000), origin="retry"),),
    ],
)
def test_a_part_another_bill_or_a_day_that_autopay_did_not_move_does_not(
    later: tuple[ScheduledSum, ...],
) -> None:
    assert lateness.due_on(invoice=bill(), later=later) == DUE


def test_what_several_take_together_counts_and_the_last_day_of_theirs() -> None:
    last = date(2026, 12, 7)
    later = [debit(("inv_1", 60_000), ("inv_2", 5)), debit(("inv_1", 40_000), on=last)]
    assert lateness.due_on(invoice=bill(), later=later) == last
    assert lateness.due_on(invoice=bill(open_minor=90_000, pending_minor=30_000), later=later[:1]) == MOVED


def test_a_debit_on_or_before_the_due_date_changes_nothing() -> None:
    assert lateness.due_on(invoice=bill(), later=[debit(("inv_1", 100_000), on=date(2026, 11, 13))]) == DUE


def test_of_several_bills_the_first_day_is_next_and_what_is_on_its_way_is_not_due() -> None:
    later = [debit(("inv_1", 100_000))]
    assert lateness.next_due_on(invoices=[bill()], later=later) == MOVED
    assert lateness.next_due_on(invoices=[bill(), bill(ref="inv_2")], later=later) == DUE
    assert lateness.next_due_on(invoices=[bill(pending_minor=100_000)], later=later) is None
