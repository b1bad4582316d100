"""Staff change a bill that autopay is to pay: what is told is what is taken, and what was added is not forgotten."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from counterfoil.core import failpoints
from counterfoil.core.actor import GATEWAY, Actor
from counterfoil.flows.books import verify
from counterfoil.flows.payments import record_results
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.flows.schedules import (
    change as change_scheduled,
    change_invoice,
    pause,
    resume,
    review,
    skip_once,
)
from counterfoil.gateways import base
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.notices import registry
from counterfoil.notices.base import Voice
from counterfoil.notices.models import Notice
from counterfoil.schedules.rows import ScheduledRow
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db

BILL = NewLine("December", 40_000)
MORE = NewLine("December", 50_000)
LESS = NewLine("December", 30_000)
# Three weeks ahead of it there is time for another ten days of notice.
DUE = date(2026, 12, 10)


class Killed(BaseException):
    """The worker is gone."""


def planned(world: World, method: str = "", **choices: Any) -> tuple[InvoiceRow, ScheduledRow]:
    later.start(world, method or world.card(), **choices)
    invoice = world.invoice(BILL, due_in=20)
    later.plan(world)
    [row] = later.waiting(world)
    return invoice, row


def change(world: World, invoice: InvoiceRow, *lines: NewLine, due_on: date | None = None) -> None:
    """Give it these lines or this due date, and let the worker do what that queued."""
    now = world.fresh(invoice)
    wanted = change_invoice.Change(
        due_on or now.due_on, lines or (BILL,), "Two days more", secrets.token_hex(8)
    )
    assert change_invoice.run(actor=world.staff, now=world.now, ref=invoice.public_id, change=wanted)
    assert queued(world)
    later.plan(world)


def queued(world: World) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'plan_autopay_of'"
            " AND (args->>'biller_id')::bigint = %s",
            [world.biller_id],
        )
        return bool(cursor.fetchone()[0])


def said(world: World) -> str:
    """Return what the payer read of the change, as one text."""
    notice = Notice.objects.filter(biller_id=world.biller_id, key="invoice_changed").latest("pk")
    words = registry.get("invoice_changed").words(notice.data, Voice("en", world.zone))
    return " ".join(words.paragraphs)


def past_cutoff(world: World, row: ScheduledRow) -> None:
    later.send(world)
    world.sandbox.time.now = row.cutoff_at + timedelta(minutes=1)


def die_after_claim(world: World) -> None:
    def die(place: str) -> None:
        if place == "commit.after":
            raise Killed

    with pytest.raises(Killed), failpoints.attached(die):
        later.run(world)


def assert_set(world: World, *expected: tuple[date, int]) -> list[ScheduledRow]:
    rows = later.waiting(world)
    assert [(row.run_on, row.amount_minor) for row in rows] == list(expected)
    assert verify.run(biller_id=world.biller_id) == []
    return rows


def test_what_is_added_in_time_is_told_and_taken_on_the_due_date(world: World) -> None:
    invoice, row = planned(world)
    change(world, invoice, MORE)
    before = later.scheduled(row.public_id)
    assert (before.status, before.reason) == ("canceled", "changed")
    [anew] = assert_set(world, (DUE, 50_000))
    assert anew.noticed_on == world.today
    assert later.told(world)[-3:] == ["scheduled_canceled", "invoice_changed", "autopay_notice"]
    assert "Autopay plans its payment of this bill anew." in said(world)
    assert later.run_on_its_day(world, anew).amount_minor == 50_000
    assert world.outstanding == 0
    assert later.plan(world) == 0


def test_less_is_told_and_taken_too(world: World) -> None:
    invoice, _ = planned(world)
    change(world, invoice, LESS)
    [anew] = assert_set(world, (DUE, 30_000))
    assert later.run_on_its_day(world, anew).amount_minor == 30_000
    assert "scheduled_lowered" not in later.told(world)


def test_where_ten_days_are_not_left_the_debit_moves(world: World) -> None:
    invoice, _ = planned(world)
    later.to_morning(world, date(2026, 12, 8))
    change(world, invoice, MORE)
    [anew] = assert_set(world, (date(2026, 12, 18), 50_000))
    assert later.run_on_its_day(world, anew).amount_minor == 50_000


@pytest.mark.parametrize(
    ("due_on", "run_on"),
    [
        (date(2026, 12, 24), date(2026, 12, 24)),  # later
        (date(2026, 12, 3), date(2026, 12, 3)),  # earlier, with ten days left
        (date(2026, 11, 25), date(2026, 11, 30)),  # earlier than can be told
    ],
)
def test_another_due_date_is_another_day_of_the_debit(world: World, due_on: date, run_on: date) -> None:
    invoice, _ = planned(world)
    change(world, invoice, due_on=due_on)
    assert_set(world, (run_on, 40_000))
    assert "Autopay plans its payment of this bill anew." in said(world)


def test_other_words_on_a_line_leave_the_debit_alone(world: World) -> None:
    invoice, row = planned(world)
    change(world, invoice, NewLine("Rent", 40_000))
    assert [each.public_id for each in assert_set(world, (DUE, 40_000))] == [row.public_id]
    assert "Autopay still makes the payment that you were told of" in said(world)


def test_bills_of_the_same_day_are_planned_anew_together(world: World) -> None:
    later.start(world, world.card())
    first = world.invoice(BILL, due_in=20)
    world.invoice(NewLine("Care", 5_000), due_in=20)
    later.plan(world)
    change(world, first, MORE)
    assert_set(world, (DUE, 55_000))


def test_past_the_cutoff_it_goes_on_as_told_and_the_rest_is_planned_by_itself(world: World) -> None:
    invoice, row = planned(world)
    past_cutoff(world, row)
    change(world, invoice, MORE)
    # The day before is December 9: ten days later is a Saturday.
    first, rest = assert_set(world, (DUE, 40_000), (date(2026, 12, 21), 10_000))
    assert first.public_id == row.public_id
    assert "Autopay still makes the payment that you were told of" in said(world)
    assert later.plan(world) == 0
    assert later.run_on_its_day(world, first).amount_minor == 40_000
    assert later.plan(world) == 0
    assert later.run_on_its_day(world, rest).amount_minor == 10_000
    assert world.outstanding == 0
    assert later.plan(world) == 0
    assert verify.run(biller_id=world.biller_id) == []


def test_past_the_cutoff_never_more_is_taken_than_is_owed(world: World) -> None:
    invoice, row = planned(world)
    past_cutoff(world, row)
    change(world, invoice, LESS)
    assert_set(world, (DUE, 40_000))
    assert later.run_on_its_day(world, row).amount_minor == 30_000
    assert later.told(world)[-1] == "scheduled_lowered"
    assert later.plan(world) == 0


def test_changed_while_a_worker_holds_it(world: World) -> None:
    invoice, row = planned(world)
    later.to_morning(world, DUE)
    die_after_claim(world)
    assert later.scheduled(row.public_id).status == "running"
    change(world, invoice, MORE)
    assert_set(world, (DUE, 40_000), (date(2026, 12, 21), 10_000))
    world.sandbox.wait(minutes=15)
    assert later.run(world) == 1
    assert world.sandbox.movements() == [("capture", 40_000)]
    assert_set(world, (date(2026, 12, 21), 10_000))


def test_changed_while_the_bank_has_it_the_rest_is_planned(world: World) -> None:
    invoice, row = planned(world, world.bank())
    payment = later.run_on_its_day(world, row)
    change(world, invoice, MORE)
    assert_set(world, (date(2026, 12, 21), 10_000))
    returned = Outcome(payment.id, base.Returned("", "R03", world.today), "event")
    record_results.run(actor=GATEWAY, now=world.now, outcomes=[returned])
    # What failed is never planned again; and autopay of a dead account stops.
    assert later.plan(world) == 0
    assert later.waiting(world) == []


def test_what_was_added_after_a_failure_is_all_that_is_planned(world: World) -> None:
    invoice, row = planned(world, world.bank())
    payment = later.run_on_its_day(world, row)
    # Our own fault: nothing is tried again by itself, and autopay goes on.
    returned = Outcome(payment.id, base.Returned("", "R18", world.today), "event")
    record_results.run(actor=GATEWAY, now=world.now, outcomes=[returned])
    assert later.plan(world) == 0
    change(world, invoice, MORE)
    assert_set(world, (date(2026, 12, 21), 10_000))


def test_changed_again_and_again_each_added_sum_is_taken_once(world: World) -> None:
    invoice, row = planned(world)
    past_cutoff(world, row)
    change(world, invoice, MORE)
    change(world, invoice, NewLine("December", 57_000))
    assert_set(world, (DUE, 40_000), (date(2026, 12, 21), 17_000))
    change(world, invoice, NewLine("December", 45_000))
    _, rest = assert_set(world, (DUE, 40_000), (date(2026, 12, 21), 5_000))
    assert later.run_on_its_day(world, row).amount_minor == 40_000
    assert later.run_on_its_day(world, rest).amount_minor == 5_000
    assert (world.outstanding, later.plan(world)) == (0, 0)


def test_what_was_added_waits_for_autopay_to_go_on(world: World) -> None:
    invoice, row = planned(world)
    past_cutoff(world, row)
    pause.run(actor=world.payer, now=world.now, ref=row.enrollment_ref)
    wanted = change_invoice.Change(invoice.due_on, (MORE,), "", "k")
    change_invoice.run(actor=world.staff, now=world.now, ref=invoice.public_id, change=wanted)
    later.plan(world)
    assert_set(world, (DUE, 40_000))
    resume.run(actor=world.payer, now=world.now, ref=row.enrollment_ref)
    assert_set(world, (DUE, 40_000), (date(2026, 12, 21), 10_000))


def test_a_fixed_amount_that_is_still_owed_whole_stays(world: World) -> None:
    invoice, row = planned(world, rule="fixed", amount_minor=30_000)
    change(world, invoice, MORE)
    assert [each.public_id for each in assert_set(world, (DUE, 30_000))] == [row.public_id]
    change(world, invoice, NewLine("December", 20_000))
    assert_set(world, (DUE, 20_000))
    change(world, invoice, MORE)
    assert_set(world, (DUE, 30_000))


def test_past_the_cutoff_a_fixed_amount_is_all_that_autopay_takes_of_a_bill(world: World) -> None:
    invoice, row = planned(world, rule="fixed", amount_minor=60_000)
    past_cutoff(world, row)
    change(world, invoice, MORE)
    assert_set(world, (DUE, 40_000))


@pytest.mark.parametrize(("cap", "is_asked"), [(50_000, False), (49_999, True)])
def test_above_the_cap_the_payer_is_asked(world: World, cap: int, is_asked: bool) -> None:
    invoice, _ = planned(world, rule="capped", amount_minor=cap)
    change(world, invoice, MORE)
    assert len(later.waiting(world)) == (not is_asked)
    assert ("autopay_ask" in later.told(world)) == is_asked


@pytest.mark.parametrize(("cap", "is_asked"), [(50_000, False), (49_999, True)])
@pytest.mark.parametrize("is_taken", [False, True])
def test_the_cap_counts_what_was_taken_of_the_bill_before(
    world: World, cap: int, is_asked: bool, is_taken: bool
) -> None:
    invoice, row = planned(world, world.bank(), rule="capped", amount_minor=cap)
    past_cutoff(world, row)
    if is_taken:
        later.run_on_its_day(world, row)
    change(world, invoice, MORE)
    assert [each.amount_minor for each in later.waiting(world) if each.public_id != row.public_id] == (
        [] if is_asked else [10_000]
    )
    assert ("autopay_ask" in later.told(world)) == is_asked


def test_a_day_of_the_month_keeps_its_day_whatever_the_due_date(world: World) -> None:
    later.start(world, world.card(), day_rule="day_of_month", day=4)
    invoice = world.invoice(BILL, due_in=20)
    later.plan(world)
    [row] = assert_set(world, (date(2026, 12, 4), 40_000))
    change(world, invoice, due_on=date(2026, 12, 24))
    assert [each.public_id for each in assert_set(world, (row.run_on, 40_000))] == [row.public_id]
    change(world, invoice, MORE, due_on=date(2026, 12, 25))
    assert_set(world, (row.run_on, 50_000))


def test_one_that_its_payer_skipped_stays_skipped(world: World) -> None:
    invoice, row = planned(world)
    skip_once.run(actor=world.payer, now=world.now, ref=row.enrollment_ref)
    change(world, invoice, MORE)
    assert_set(world)


def test_what_its_payer_set_for_later_stays_and_takes_no_more_than_is_owed(world: World) -> None:
    later.open_for_later(world)
    invoice = world.invoice(BILL, due_in=20)
    row = later.schedule(world, world.card(), DUE, [(invoice.public_id, 40_000)])
    later.start(world, world.card())
    change(world, invoice, MORE, due_on=date(2026, 12, 15))
    # Autopay takes what nobody had set.
    rows = assert_set(world, (DUE, 40_000), (date(2026, 12, 15), 10_000))
    assert rows[0].public_id == row.public_id
    change(world, invoice, LESS)
    assert later.run_on_its_day(world, row).amount_minor == 30_000


def test_a_debit_of_autopay_that_its_payer_set_by_hand_stays(world: World) -> None:
    later.open_for_later(world)
    invoice, row = planned(world)
    order = world.order(row.method_ref, [(invoice.public_id, 40_000)])
    on = date(2026, 12, 15)
    seen = review.run(actor=world.payer, now=world.now, order=order, on=on, replaces=row.public_id)
    change_scheduled.run(
        actor=world.payer, now=world.now, ref=row.public_id, order=order, on=on, seen=seen.digest
    )
    change(world, invoice, MORE)
    assert_set(world, (DUE, 10_000), (on, 40_000))


def test_a_bill_without_autopay_queues_nothing(world: World) -> None:
    invoice = world.invoice(BILL, due_in=20)
    wanted = change_invoice.Change(invoice.due_on, (MORE,), "", "k")
    assert change_invoice.run(actor=world.staff, now=world.now, ref=invoice.public_id, change=wanted)
    assert not queued(world)


def test_two_clicks_withdraw_and_plan_once(world: World) -> None:
    invoice, _ = planned(world)
    wanted = change_invoice.Change(invoice.due_on, (MORE,), "", "k")

    def click(actor: Actor) -> bool:
        return change_invoice.run(actor=actor, now=world.now, ref=invoice.public_id, change=wanted)

    assert [click(world.staff), click(world.staff)] == [True, False]
    later.plan(world)
    assert later.told(world).count("scheduled_canceled") == 1
    assert_set(world, (DUE, 50_000))
