"""Autopay: what it plans, of what it tells and when, what it never does twice, and how it stops."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.schedules import (
    cancel,
    change_enrollment,
    end_enrollment,
    enroll,
    pause,
    resume,
    skip_once,
)
from counterfoil.invoices.drafts import NewLine
from counterfoil.schedules import queries as schedule_queries
from tests.factories import later
from tests.factories.world import World

BILL = NewLine("December", 100_000)


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def test_a_bill_is_planned_for_its_due_date_and_told_of_at_once(world: World) -> None:
    row = later.start(world, world.bank())
    assert later.waiting(world) == []
    world.invoice(BILL, due_in=20)
    assert later.plan(world) == 1
    [planned] = later.waiting(world)
    # December 10 is a Thursday.
    assert (planned.run_on, planned.amount_minor, planned.origin) == (date(2026, 12, 10), 100_000, "autopay")
    assert planned.enrollment_ref == row.public_id
    assert later.told(world) == ["autopay_started", "autopay_notice"]
    assert later.plan(world) == 0
    payment = later.run_on_its_day(world, planned)
    assert (payment.public_status, payment.origin) == ("Pending", "autopay")
    assert payment.authorization_id == row.authorization_id
    assert later.plan(world) == 0
    assert_sound(world)


def test_what_is_open_at_the_start_is_planned_at_once(world: World) -> None:
    world.invoice(BILL, due_in=-5)
    world.invoice(BILL, due_in=30)
    later.start(world, world.bank())
    # The overdue one cannot be told of ten days before its day: the first bank day after them.
    assert [row.run_on for row in later.waiting(world)] == [date(2026, 11, 30), date(2026, 12, 21)]


@pytest.mark.parametrize(
    ("due_in", "run_on"),
    [(9, date(2026, 11, 30)), (10, date(2026, 11, 30)), (11, date(2026, 12, 1)), (15, date(2026, 12, 7))],
)
def test_where_ten_days_cannot_be_kept_the_debit_moves_to_the_first_bank_day_after(
    world: World, due_in: int, run_on: date
) -> None:
    later.start(world, world.bank())
    world.invoice(BILL, due_in=due_in)
    later.plan(world)
    [planned] = later.waiting(world)
    assert planned.run_on == run_on
    assert (planned.run_on - world.today).days >= 10


def test_the_authorization_says_what_the_law_wants(world: World) -> None:
    world.invoice(BILL, due_in=20)
    made = enroll.review(actor=world.payer, now=world.now, form=later.form(world, world.bank()))
    for words in (
        "payments that repeat", "Maple Court Senior Living LLC", "Eleanor Whitfield", "****6789", "the full balance",
        "at least 10 days before", "Thursday, December 10, 2026", "pause autopay, skip one payment, or end it",
        "(555) 555-0142", "at least 3 business days before", "at most twice within 180 days",
        "Autopay is not required",
    ):  # fmt: skip
        assert words in made.text.body, words


def test_it_is_stored_as_a_recurring_permission(world: World) -> None:
    row = later.start(world, world.bank(), rule="capped", amount_minor=150_000)
    text = agreement_queries.get(actor=world.payer, authorization_id=row.authorization_id).text
    assert "up to $1,500.00" in text


def test_two_clicks_start_it_once(world: World) -> None:
    method = world.bank()
    first, again = later.start(world, method), None
    wanted = later.form(world, method)
    again = enroll.run(actor=world.payer, now=world.now, form=wanted, seen="whatever")
    assert again == first.public_id
    with pytest.raises(errors.Stale, match="already"):
        enroll.review(actor=world.payer, now=world.now, form=later.form(world, world.card()))


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"rule": "fixed"}, "amount"),
        ({"rule": "capped", "amount_minor": 0}, "amount"),
        ({"rule": "nonsense"}, "rule"),
        ({"day_rule": "day_of_month"}, "day"),
        ({"day_rule": "day_of_month", "day": 32}, "day"),
        ({"tell_rule": "range"}, "tell_above"),
        ({"tell_rule": "range", "tell_above_minor": -1}, "tell_above"),
        ({"method_ref": "mth_nobody"}, "method"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, choices: dict[str, object], field: str
) -> None:
    with pytest.raises(errors.Invalid) as refused:
        enroll.review(actor=world.payer, now=world.now, form=later.form(world, world.bank(), **choices))
    assert refused.value.field == field


def test_somebody_without_an_address_cannot_be_told_so_cannot_start(world: World) -> None:
    account_id, payer_id = world.add_resident("Howard Marsh")
    howard = world.payer_actor(payer_id, "Howard Marsh")
    wanted = later.form(world, world.bank(actor=howard), payer_id=payer_id, account_id=account_id)
    with pytest.raises(errors.Invalid, match="e-mail") as refused:
        enroll.review(actor=howard, now=world.now, form=wanted)
    assert refused.value.field == "email"


def test_the_account_of_somebody_else_is_not_found(world: World) -> None:
    account_id, _ = world.add_resident("Howard Marsh")
    with pytest.raises(errors.NotFound):
        enroll.review(
            actor=world.payer, now=world.now, form=later.form(world, world.bank(), account_id=account_id)
        )


def test_fixed_takes_its_amount_and_never_more_than_the_bill(world: World) -> None:
    later.start(world, world.bank(), rule="fixed", amount_minor=60_000)
    world.invoice(BILL, due_in=20)
    world.invoice(NewLine("Care", 20_000), due_in=30)
    later.plan(world)
    assert [row.amount_minor for row in later.waiting(world)] == [60_000, 20_000]
    assert later.plan(world) == 0


def test_above_the_cap_nothing_is_taken_and_the_payer_is_asked_once(world: World) -> None:
    later.start(world, world.bank(), rule="capped", amount_minor=100_000)
    world.invoice(BILL, due_in=20)
    world.invoice(NewLine("January", 100_001), due_in=45)
    later.plan(world)
    later.plan(world)
    assert [row.amount_minor for row in later.waiting(world)] == [100_000]
    assert later.told(world) == ["autopay_started", "autopay_notice", "autopay_ask"]


def test_bills_of_one_day_are_one_payment(world: World) -> None:
    later.start(world, world.bank())
    world.invoice(BILL, due_in=20)
    world.invoice(NewLine("Care", 5_000), due_in=20)
    later.plan(world)
    assert [row.amount_minor for row in later.waiting(world)] == [105_000]


def test_a_bill_that_comes_later_for_the_same_day_is_told_of_in_time_too(world: World) -> None:
    later.start(world, world.bank())
    world.invoice(BILL, due_in=20)
    later.plan(world)
    later.to_morning(world, date(2026, 12, 3))
    world.invoice(NewLine("Care", 5_000), due_in=7)
    later.plan(world)
    assert [(row.run_on, row.amount_minor) for row in later.waiting(world)] == [
        (date(2026, 12, 10), 100_000),
        (date(2026, 12, 14), 5_000),
    ]


def test_a_chosen_day_takes_what_is_open(world: World) -> None:
    later.start(world, world.bank(), day_rule="day_of_month", day=15)
    world.invoice(BILL, due_in=20)
    later.plan(world)
    assert later.waiting(world) == []
    later.to_morning(world, date(2026, 12, 1))
    world.invoice(NewLine("Care", 5_000), due_in=3)
    later.plan(world)
    [planned] = later.waiting(world)
    assert (planned.run_on, planned.amount_minor) == (date(2026, 12, 15), 105_000)


def test_all_accounts_in_one_go_and_one_account_with_its_own(world: World) -> None:
    method = world.bank()
    later.start(world, method, account_id=None)
    own = later.start(world, method, rule="fixed", amount_minor=1_000)
    world.invoice(BILL, due_in=20)
    later.plan(world)
    assert [(row.enrollment_ref, row.amount_minor) for row in later.waiting(world)] == [
        (own.public_id, 1_000)
    ]


def test_it_doubles_nothing_that_is_scheduled_pending_or_paid(world: World) -> None:
    later.open_for_later(world)
    bank = world.bank()
    scheduled, pending, paid = (world.invoice(BILL, due_in=20 + n) for n in range(3))
    later.schedule(world, bank, date(2026, 12, 1), [(scheduled.public_id, 100_000)])
    world.pay(bank, [(pending.public_id, 100_000)])
    world.pay(world.card(), [(paid.public_id, 100_000)])
    later.start(world, bank)
    assert [row.origin for row in later.waiting(world)] == ["payer"]


def test_what_its_payer_pays_meanwhile_is_not_taken(world: World) -> None:
    later.start(world, world.bank())
    world.invoice(BILL, due_in=20)
    later.plan(world)
    world.pay(world.card())
    [planned] = later.waiting(world)
    later.to_morning(world, planned.run_on)
    assert later.run(world) == 0
    assert later.told(world)[-1] == "scheduled_canceled"
    assert world.sandbox.movements() == [("capture", 100_000)]


def test_within_the_range_a_word_goes_out_three_days_before(world: World) -> None:
    later.start(world, world.card(), tell_rule="range", tell_change_minor=5_000)
    world.invoice(BILL, due_in=20)
    later.plan(world)
    [first] = later.waiting(world)
    assert first.noticed_on == world.today  # nothing to compare with yet
    later.run_on_its_day(world, first)
    world.invoice(NewLine("January", 104_000), due_in=20)
    later.plan(world)
    [second] = later.waiting(world)
    assert (second.run_on, second.notice_on, second.noticed_on) == (
        date(2026, 12, 30), date(2026, 12, 27), None,
    )  # fmt: skip
    assert later.told(world).count("autopay_notice") == 1
    later.to_morning(world, date(2026, 12, 27))
    later.plan(world)
    assert later.told(world).count("autopay_notice") == 2
    assert later.run_on_its_day(world, second).amount_minor == 104_000


@pytest.mark.parametrize(("amount", "days"), [(105_001, 10), (105_000, 3), (94_999, 10), (95_000, 3)])
def test_outside_the_range_ten_days(world: World, amount: int, days: int) -> None:
    later.start(world, world.card(), tell_rule="range", tell_change_minor=5_000)
    world.invoice(BILL, due_in=20)
    later.plan(world)
    later.run_on_its_day(world, later.waiting(world)[0])
    world.invoice(NewLine("January", amount), due_in=2)
    later.plan(world)
    [planned] = later.waiting(world)
    assert planned.notice_days == days


def test_a_debit_whose_notice_is_late_moves_on(world: World) -> None:
    later.start(world, world.card(), tell_rule="range", tell_above_minor=200_000)
    world.invoice(BILL, due_in=20)
    later.plan(world)
    later.run_on_its_day(world, later.waiting(world)[0])
    world.invoice(NewLine("January", 100_000), due_in=20)
    later.plan(world)
    [planned] = later.waiting(world)
    # Nobody worked from before the notice until the day itself.
    later.to_morning(world, planned.run_on)
    assert later.run(world) == 0
    later.plan(world)
    moved = later.scheduled(planned.public_id)
    assert (moved.run_on - world.today).days >= 3
    assert moved.noticed_on == world.today
    assert later.run_on_its_day(world, moved).amount_minor == 100_000


def test_one_payment_is_skipped_and_not_planned_again(world: World) -> None:
    row = later.start(world, world.bank())
    world.invoice(BILL, due_in=20)
    later.plan(world)
    skipped = skip_once.run(actor=world.payer, now=world.now, ref=row.public_id)
    assert skipped is not None
    assert skipped.public_status == "Skipped"
    assert later.plan(world) == 0
    world.invoice(NewLine("January", 1_000), due_in=50)
    assert later.plan(world) == 1


def test_the_next_one_is_skipped_where_none_is_planned_yet(world: World) -> None:
    row = later.start(world, world.bank())
    assert skip_once.run(actor=world.payer, now=world.now, ref=row.public_id) is None
    assert later.enrollment(row.public_id).skip_next
    world.invoice(BILL, due_in=20)
    later.plan(world)
    assert [each.status for each in later.everything(world)] == ["skipped"]
    assert not later.enrollment(row.public_id).skip_next
    world.invoice(BILL, due_in=50)
    assert later.plan(world) == 1


def test_one_that_its_payer_cancels_is_not_planned_again(world: World) -> None:
    later.start(world, world.bank())
    world.invoice(BILL, due_in=20)
    later.plan(world)
    cancel.run(actor=world.payer, now=world.now, ref=later.waiting(world)[0].public_id)
    assert later.plan(world) == 0


def test_paused_it_takes_and_plans_nothing_and_resumed_it_tells_before_it_takes(world: World) -> None:
    row = later.start(world, world.bank())
    world.invoice(BILL, due_in=12)
    later.plan(world)
    assert pause.run(actor=world.payer, now=world.now, ref=row.public_id) == []
    assert pause.run(actor=world.payer, now=world.now, ref=row.public_id) == []
    assert later.waiting(world) == []
    assert later.plan(world) == 0
    later.to_morning(world, date(2026, 12, 5))
    assert later.run(world) == 0
    resume.run(actor=world.payer, now=world.now, ref=row.public_id)
    [planned] = later.waiting(world)
    assert planned.run_on == date(2026, 12, 15)
    assert later.enrollment(row.public_id).is_active


def test_changed_it_goes_by_the_new_terms_alone(world: World) -> None:
    row = later.start(world, world.bank())
    world.invoice(BILL, due_in=20)
    later.plan(world)
    wanted = later.form(world, world.card(), rule="fixed", amount_minor=40_000)
    seen = change_enrollment.review(actor=world.payer, now=world.now, ref=row.public_id, form=wanted)
    change_enrollment.run(actor=world.payer, now=world.now, ref=row.public_id, form=wanted, seen=seen.digest)
    [planned] = later.waiting(world)
    after = later.enrollment(row.public_id)
    assert (planned.amount_minor, planned.method_kind) == (40_000, "card")
    assert planned.authorization_id == after.authorization_id != row.authorization_id


def test_ended_it_gives_a_number_and_takes_nothing_more(world: World) -> None:
    row = later.start(world, world.bank())
    world.invoice(BILL, due_in=20)
    later.plan(world)
    ended = end_enrollment.run(actor=world.payer, now=world.now, ref=row.public_id)
    assert len(ended.number) == 11
    assert ended.on_its_way == ()
    assert end_enrollment.run(actor=world.payer, now=world.now, ref=row.public_id).number == ended.number
    assert later.waiting(world) == []
    assert later.plan(world) == 0
    assert later.told(world)[-2:] == ["scheduled_canceled", "autopay_ended"]
    later.start(world, world.bank())
    assert [each.amount_minor for each in later.waiting(world)] == [100_000]


def test_ended_past_a_cutoff_it_says_honestly_what_is_still_made(world: World) -> None:
    row = later.start(world, world.card())
    world.invoice(BILL, due_in=20)
    later.plan(world)
    [planned] = later.waiting(world)
    later.send(world)
    world.sandbox.time.now = planned.cutoff_at + timedelta(minutes=1)
    ended = end_enrollment.run(actor=world.payer, now=world.now, ref=row.public_id)
    assert [each.public_id for each in ended.on_its_way] == [planned.public_id]
    assert later.run_on_its_day(world, planned).public_status == "Paid"


def test_staff_can_stop_it_for_the_payer(world: World) -> None:
    row = later.start(world, world.bank())
    pause.run(actor=world.staff, now=world.now, ref=row.public_id)
    assert end_enrollment.run(actor=world.staff, now=world.now, ref=row.public_id).number


def test_somebody_else_finds_nothing(world: World) -> None:
    row = later.start(world, world.bank())
    _, payer_id = world.add_resident("Howard Marsh")
    stranger = world.payer_actor(payer_id, "Howard Marsh")
    for act in (pause.run, resume.run, skip_once.run, end_enrollment.run):
        with pytest.raises(errors.NotFound):
            act(actor=stranger, now=world.now, ref=row.public_id)
    assert schedule_queries.list_enrollments(actor=stranger, payer_ids=[world.payer_id]) == []


def test_issuing_bills_queues_planning_once_and_only_where_there_is_autopay(world: World) -> None:
    def queued() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'plan_autopay_of'"
                " AND (args->>'biller_id')::bigint = %s",
                [world.biller_id],
            )
            return int(cursor.fetchone()[0])

    world.invoice(BILL, due_in=20)
    assert queued() == 0
    later.start(world, world.bank())
    world.invoice(BILL, due_in=21)
    world.invoice(BILL, due_in=22)
    assert queued() == 1
