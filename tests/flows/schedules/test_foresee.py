"""What the review of autopay promises is what the planner does: the same day, in its head and in its text."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.core import format as formats
from counterfoil.flows.schedules import change_enrollment, enroll, pause, replace_method, skip_once
from counterfoil.flows.schedules.enroll import EnrollmentReview
from counterfoil.invoices.drafts import NewLine
from tests.factories import later
from tests.factories.world import World

BILL = NewLine("December", 100_000)


def reviewed(world: World, method: str, **choices: object) -> EnrollmentReview:
    return enroll.review(actor=world.payer, now=world.now, form=later.form(world, method, **choices))


def planned(world: World) -> tuple[date, ...]:
    return tuple(row.run_on for row in later.waiting(world))


@pytest.mark.parametrize(
    ("due_in", "first_on"),
    [
        ((3,), date(2026, 11, 30)),
        ((30,), date(2026, 12, 21)),
        ((-5,), date(2026, 11, 30)),
        ((-5, 3, 30), date(2026, 11, 30)),
        ((), None),
    ],
)
def test_the_day_that_is_shown_is_the_day_that_is_planned(
    world: World, due_in: tuple[int, ...], first_on: date | None
) -> None:
    for days in due_in:
        world.invoice(BILL, due_in=days)
    method = world.bank()
    made = reviewed(world, method)
    later.start(world, method)

    assert made.foreseen.first_on == first_on == min(planned(world), default=None)
    assert made.foreseen.examples == tuple(sorted(set(planned(world))))
    told = "; ".join(formats.day(day, "en", long=True) for day in made.foreseen.examples)
    assert (f"The next days would be: {told}." in made.text.body) == bool(due_in)


def test_a_day_of_the_month_that_is_too_near_to_be_told_of_moves(world: World) -> None:
    world.invoice(BILL, due_in=3)
    method = world.bank()
    choices = {"day_rule": "day_of_month", "day": 23}
    made = reviewed(world, method, **choices)
    later.start(world, method, **choices)
    assert planned(world) == (date(2026, 11, 30),)
    assert made.foreseen.first_on == date(2026, 11, 30)
    # December 23 and January 25: the 23rd is a Saturday.
    assert made.foreseen.examples == (date(2026, 11, 30), date(2026, 12, 23), date(2027, 1, 25))


def test_a_day_of_the_month_far_off_is_the_one_that_is_planned_in_its_time(world: World) -> None:
    world.invoice(BILL, due_in=3)
    method = world.bank()
    choices = {"day_rule": "day_of_month", "day": 15}
    made = reviewed(world, method, **choices)
    later.start(world, method, **choices)
    assert planned(world) == ()
    later.to_morning(world, date(2026, 11, 28))
    later.plan(world)
    assert planned(world) == (date(2026, 12, 15),) == made.foreseen.examples[:1]
    assert made.foreseen.first_on == date(2026, 12, 15)


def test_without_a_bill_a_day_of_the_month_promises_no_first_payment(world: World) -> None:
    made = reviewed(world, world.bank(), day_rule="day_of_month", day=23)
    assert made.foreseen.first_on is None
    assert made.foreseen.examples == (date(2026, 12, 23), date(2027, 1, 25), date(2027, 2, 23))


def test_what_is_above_the_cap_or_set_already_is_no_first_payment(world: World) -> None:
    later.open_for_later(world)
    scheduled = world.invoice(BILL, due_in=3)
    world.invoice(NewLine("Care", 200_000), due_in=30)
    method = world.bank()
    later.schedule(world, method, date(2026, 12, 1), [(scheduled.public_id, 100_000)])
    made = reviewed(world, method, rule="capped", amount_minor=150_000)
    assert made.foreseen.first_on is None
    assert "The next days" not in made.text.body


def test_for_all_accounts_those_with_their_own_are_left_out(world: World) -> None:
    method = world.bank()
    later.start(world, method)
    world.invoice(BILL, due_in=30)
    assert reviewed(world, method, account_id=None).foreseen.first_on is None


def test_other_terms_plan_anew_and_say_so(world: World) -> None:
    world.invoice(BILL, due_in=3)
    method = world.bank()
    row = later.start(world, method)
    assert planned(world) == (date(2026, 11, 30),)
    later.to_morning(world, date(2026, 11, 27))
    form = later.form(world, method, rule="capped", amount_minor=150_000)
    made = change_enrollment.review(actor=world.payer, now=world.now, ref=row.public_id, form=form)
    change_enrollment.run(actor=world.payer, now=world.now, ref=row.public_id, form=form, seen=made.digest)
    assert planned(world) == (date(2026, 12, 7),)
    assert made.foreseen.first_on == date(2026, 12, 7)


def test_another_method_leaves_the_days_as_they_are(world: World) -> None:
    world.invoice(BILL, due_in=3)
    old, new = world.card(), world.bank()
    row = later.start(world, old)
    later.to_morning(world, date(2026, 11, 27))
    texts = replace_method.review(actor=world.payer, now=world.now, old_ref=old, new_ref=new).texts
    later.take_over(world, old, new)
    assert planned(world) == (date(2026, 11, 30),)
    assert "The next days would be: Monday, November 30, 2026." in texts[row.public_id].body


def test_what_is_skipped_or_paused_is_not_promised(world: World) -> None:
    method = world.bank()
    row = later.start(world, method)
    skip_once.run(actor=world.payer, now=world.now, ref=row.public_id)
    world.invoice(BILL, due_in=20)
    world.invoice(BILL, due_in=30)
    form = later.form(world, method, rule="capped", amount_minor=150_000)

    def first_on() -> date | None:
        made = change_enrollment.review(actor=world.payer, now=world.now, ref=row.public_id, form=form)
        return made.foreseen.first_on

    assert first_on() == date(2026, 12, 21)
    pause.run(actor=world.payer, now=world.now, ref=row.public_id)
    assert first_on() is None
