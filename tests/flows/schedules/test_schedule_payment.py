"""A payment on a later date: accepted, changed, canceled, and taken on its day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.methods import update_expiry
from counterfoil.flows.schedules import cancel, change, review, schedule_payment
from counterfoil.invoices.drafts import NewLine
from counterfoil.schedules import queries as schedule_queries
from tests.factories import later
from tests.factories.world import World


@pytest.fixture(autouse=True)
def _offered(world: World) -> None:
    later.open_for_later(world)


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def test_it_is_not_offered_where_the_setting_is_off(world: World) -> None:
    world.set_portal(schedule_payment=False)
    world.invoice()
    with pytest.raises(errors.Invalid, match="not offered") as refused:
        later.schedule(world, world.card(), later.days_later(world, 5))
    assert refused.value.code == "not_offered"


def test_a_payment_is_set_and_taken_on_its_day(world: World) -> None:
    invoice = world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1), [(invoice.public_id, 320_000)])
    assert (row.public_status, row.amount_minor, row.run_on) == ("Scheduled", 320_000, date(2026, 12, 1))
    # 8 p.m. of the day before, in Chicago.
    assert row.cutoff_at.isoformat() == "2026-12-01T02:00:00+00:00"
    assert world.outstanding == 320_000
    assert later.told(world) == ["scheduled_confirmed"]
    later.to_morning(world, date(2026, 11, 30))
    assert later.run(world) == 0
    payment = later.run_on_its_day(world, row)
    assert (payment.public_status, payment.amount_minor, payment.origin) == ("Paid", 320_000, "schedule")
    assert later.scheduled(row.public_id).public_status == "Submitted"
    assert later.run(world) == 0
    assert world.sandbox.movements() == [("capture", 320_000)]
    assert_sound(world)


def test_it_is_charged_under_the_authorization_that_was_accepted(world: World) -> None:
    invoice = world.invoice()
    row = later.schedule(world, world.bank(), date(2026, 12, 1), [(invoice.public_id, 320_000)])
    text = agreement_queries.get(actor=world.payer, authorization_id=row.authorization_id).text
    assert "$3,200.00" in text
    assert "Tuesday, December 1, 2026" in text
    assert "8:00 PM CST" in text
    payment = later.run_on_its_day(world, row)
    assert payment.authorization_id == row.authorization_id


def test_nothing_is_taken_before_the_morning_of_the_biller(world: World) -> None:
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    later.to_morning(world, row.run_on, hour=5)
    assert later.run(world) == 0
    later.to_morning(world, row.run_on, hour=6)
    assert later.run(world) == 1


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        (date(2026, 11, 26), date(2026, 11, 27)),  # Thanksgiving
        (date(2026, 11, 28), date(2026, 11, 30)),  # a Saturday
        (date(2026, 12, 25), date(2026, 12, 28)),  # Christmas, a Friday
    ],
)
def test_a_day_without_banks_moves_to_the_next_and_says_so(world: World, asked: date, taken: date) -> None:
    world.invoice()
    order = world.order(world.bank())
    seen = review.run(actor=world.payer, now=world.now, order=order, on=asked)
    assert (seen.run_on, seen.is_moved) == (taken, True)


def test_today_and_a_day_past_its_cutoff_cannot_be_chosen(world: World) -> None:
    world.invoice()
    order = world.order(world.card())
    with pytest.raises(errors.Invalid, match="Monday, November 23 or later") as refused:
        review.run(actor=world.payer, now=world.now, order=order, on=world.today)
    assert refused.value.field == "pay_on"
    later.to_morning(world, date(2026, 11, 22), hour=21)
    with pytest.raises(errors.Invalid, match="Tuesday, November 24 or later"):
        review.run(actor=world.payer, now=world.now, order=order, on=date(2026, 11, 23))


def test_a_day_too_far_ahead_cannot_be_chosen(world: World) -> None:
    world.invoice()
    with pytest.raises(errors.Invalid, match="or earlier"):
        later.schedule(world, world.card(), later.days_later(world, 181))


def test_more_than_is_owed_cannot_be_scheduled(world: World) -> None:
    invoice = world.invoice()
    with pytest.raises(errors.Invalid, match="more than is owed"):
        later.schedule(world, world.card(), date(2026, 12, 1), [(invoice.public_id, 320_001)])


def test_the_same_key_again_is_the_same_one(world: World) -> None:
    world.invoice()
    method, on = world.card(), date(2026, 12, 1)
    order = world.order(method)
    seen = review.run(actor=world.payer, now=world.now, order=order, on=on).digest
    first, again = (
        schedule_payment.run(actor=world.payer, now=world.now, order=order, on=on, key="once", seen=seen)
        for _ in range(2)
    )
    assert first == again
    with pytest.raises(errors.Stale, match="another tab"):
        later.schedule(world, method, date(2026, 12, 2), key="once")
    assert later.told(world) == ["scheduled_confirmed"]


def test_a_page_gone_stale_sets_nothing(world: World) -> None:
    world.invoice()
    order = world.order(world.card())
    seen = review.run(actor=world.payer, now=world.now, order=order, on=date(2026, 12, 1))
    world.invoice(NewLine("More", 1_000))
    with pytest.raises(errors.Stale):
        schedule_payment.run(
            actor=world.payer, now=world.now, order=order, on=date(2026, 12, 1), key="k", seen=seen.digest
        )
    assert later.waiting(world) == []


def test_what_is_set_already_for_the_same_bill_is_named(world: World) -> None:
    invoice = world.invoice()
    method = world.card()
    first = later.schedule(world, method, date(2026, 12, 1))
    order = world.order(method, [(invoice.public_id, 100_000)])
    seen = review.run(actor=world.payer, now=world.now, order=order, on=date(2026, 12, 4))
    assert [row.public_id for row in seen.others] == [first.public_id]
    [summed] = schedule_queries.sum_scheduled(actor=world.payer, payer_ids=[world.payer_id]).values()
    assert [(s.amount_minor, s.run_on, s.ref) for s in summed] == [
        (320_000, date(2026, 12, 1), first.public_id)
    ]


def test_it_is_lowered_to_what_is_then_owed_and_the_payer_is_told(world: World) -> None:
    invoice = world.invoice()
    card = world.card()
    row = later.schedule(world, card, date(2026, 12, 1))
    world.pay(card, [(invoice.public_id, 120_000)])
    payment = later.run_on_its_day(world, row)
    assert (payment.amount_minor, payment.public_status) == (200_000, "Paid")
    assert later.told(world) == ["scheduled_confirmed", "scheduled_lowered"]
    assert world.outstanding == 0
    assert_sound(world)


def test_it_is_canceled_where_nothing_is_owed_and_the_payer_is_told(world: World) -> None:
    world.invoice()
    card = world.card()
    row = later.schedule(world, card, date(2026, 12, 1))
    world.pay(card)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    after = later.scheduled(row.public_id)
    assert (after.public_status, after.reason, after.payment_ref) == ("Canceled", "nothing", "")
    assert later.told(world) == ["scheduled_confirmed", "scheduled_canceled"]
    assert world.sandbox.movements() == [("capture", 320_000)]


def test_a_new_bill_does_not_raise_it(world: World) -> None:
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    world.invoice(NewLine("December", 50_000), due_in=1)
    assert later.run_on_its_day(world, row).amount_minor == 320_000
    assert world.outstanding == 50_000


def test_two_for_the_same_bill_take_it_once(world: World) -> None:
    world.invoice()
    card = world.card()
    first = later.schedule(world, card, date(2026, 12, 1))
    second = later.schedule(world, card, date(2026, 12, 1))
    later.to_morning(world, date(2026, 12, 1))
    assert later.run(world) == 1
    assert [later.scheduled(r.public_id).status for r in (first, second)] == ["submitted", "canceled"]
    assert world.sandbox.movements() == [("capture", 320_000)]


def test_it_can_be_canceled_until_its_cutoff(world: World) -> None:
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    cancel.run(actor=world.payer, now=row.cutoff_at - timedelta(seconds=1), ref=row.public_id)
    cancel.run(actor=world.payer, now=row.cutoff_at, ref=row.public_id)
    assert later.scheduled(row.public_id).public_status == "Canceled"
    assert later.told(world) == ["scheduled_confirmed", "scheduled_canceled"]
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0


def test_past_the_cutoff_only_staff_can_still_stop_it(world: World) -> None:
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    with pytest.raises(errors.Stale, match=r"\(555\) 555-0142") as refused:
        cancel.run(actor=world.payer, now=row.cutoff_at, ref=row.public_id)
    assert refused.value.code == "past_cutoff"
    cancel.run(actor=world.staff, now=row.cutoff_at, ref=row.public_id)
    assert later.scheduled(row.public_id).reason == "staff"


def test_somebody_else_finds_nothing(world: World) -> None:
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    _, payer_id = world.add_resident("Howard Marsh")
    stranger = world.payer_actor(payer_id, "Howard Marsh")
    with pytest.raises(errors.NotFound):
        cancel.run(actor=stranger, now=world.now, ref=row.public_id)
    assert schedule_queries.list_scheduled(actor=stranger, payer_ids=[world.payer_id]) == []


def test_day_method_and_amount_can_be_changed_under_a_new_authorization(world: World) -> None:
    invoice = world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    order = world.order(world.bank(), [(invoice.public_id, 200_000)])
    on = date(2026, 12, 3)
    seen = review.run(actor=world.payer, now=world.now, order=order, on=on, replaces=row.public_id)
    assert seen.others == ()
    for _ in range(2):
        change.run(actor=world.payer, now=world.now, ref=row.public_id, order=order, on=on, seen=seen.digest)
    after = later.scheduled(row.public_id)
    assert (after.run_on, after.amount_minor, after.method_kind) == (on, 200_000, "bank")
    assert after.authorization_id != row.authorization_id
    assert later.told(world) == ["scheduled_confirmed", "scheduled_confirmed"]
    assert later.run_on_its_day(world, after).amount_minor == 200_000


def test_after_days_without_a_worker_it_is_taken_once(world: World) -> None:
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    later.to_morning(world, row.run_on + timedelta(days=3))
    assert (later.run(world), later.run(world)) == (1, 0)
    assert world.sandbox.movements() == [("capture", 320_000)]


def test_far_too_late_it_is_not_made_behind_the_payers_back(world: World) -> None:
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    later.to_morning(world, row.run_on + timedelta(days=11))
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "late"
    assert later.told(world)[-1] == "scheduled_canceled"


def test_what_is_disputed_is_not_debited(world: World) -> None:
    invoice = world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE invoices_invoice SET is_disputed = true WHERE id = %s", [invoice.id])
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "disputed"
    assert world.sandbox.movements() == []


def test_a_card_that_expires_before_the_day_cannot_be_set_for_it(world: World) -> None:
    card = world.card()
    world.invoice(due_in=40)
    today = world.today
    update_expiry.run(actor=world.payer, now=world.now, ref=card, month=today.month, year=today.year)
    next_month = (today.replace(day=1) + timedelta(days=40)).replace(day=3)
    with pytest.raises(errors.Invalid, match="This card expires before") as refused:
        later.schedule(world, card, next_month)
    assert (refused.value.field, refused.value.code) == ("method", "card_expires")
    assert later.waiting(world) == []
