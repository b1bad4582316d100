"""A fee agreed to with a payment on a later day: never more, none of autopay, exactly that when tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from counterfoil.agreements.models import Authorization
from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.schedules import change, review, schedule_payment
from counterfoil.invoices.drafts import NewLine
from counterfoil.notices import models as notice_models
from tests.factories import later
from tests.factories.world import World

HUNDRED = NewLine("Podiatry", 10_000)
TUESDAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _priced(world: World) -> None:
    later.open_for_later(world)
    world.set_payments(card_fee_minor=295)


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).is_clean


def test_it_is_agreed_to_when_it_is_set_and_taken_on_its_day(world: World) -> None:
    world.invoice(HUNDRED)
    row = later.schedule(world, world.card(), TUESDAY)
    assert (row.amount_minor, row.fee_minor, row.total_minor) == (10_000, 295, 10_295)
    given = Authorization.objects.get(pk=row.authorization_id)
    assert (given.amount_minor, given.template_version) == (10_295, "scheduled-fee/2026-11-1")
    assert "charge $102.95 once" in given.text
    assert "Amount $100.00, fee $2.95, total $102.95." in given.text
    payment = later.run_on_its_day(world, row)
    assert (payment.amount_minor, payment.fee_minor) == (10_000, 295)
    assert world.sandbox.movements() == [("capture", 10_295)]
    assert_sound(world)


def test_without_a_fee_the_words_are_those_of_before(world: World) -> None:
    world.invoice(HUNDRED)
    row = later.schedule(world, world.bank(), TUESDAY)
    given = Authorization.objects.get(pk=row.authorization_id)
    assert given.template_version == "scheduled-debit/2026-11-1"
    assert "Amount $100.00, fee $0.00. Never more than this, and never more than is owed" in given.text


@pytest.mark.parametrize(("then", "taken"), [(350, 295), (295, 295), (100, 100), (0, 0)])
def test_never_more_than_was_agreed_to_and_no_more_than_it_costs_now(
    world: World, then: int, taken: int
) -> None:
    world.invoice(HUNDRED)
    row = later.schedule(world, world.card(), TUESDAY)
    world.set_payments(card_fee_minor=then)
    assert later.run_on_its_day(world, row).fee_minor == taken
    assert_sound(world)


def test_where_less_is_owed_less_is_taken_with_the_fee_and_told(world: World) -> None:
    invoice = world.invoice(HUNDRED)
    row = later.schedule(world, world.card(), TUESDAY)
    world.pay(world.bank(), [(invoice.public_id, 6_000)])
    payment = later.run_on_its_day(world, row)
    assert (payment.amount_minor, payment.fee_minor) == (4_000, 295)
    told = notice_models.Notice.objects.get(subject_ref=row.public_id, key="scheduled_lowered").data
    assert (told["taken_minor"], told["taken_fee_minor"]) == (4_000, 295)
    assert_sound(world)


def test_where_nothing_is_owed_no_fee_is_taken(world: World) -> None:
    invoice = world.invoice(HUNDRED)
    row = later.schedule(world, world.card(), TUESDAY)
    world.pay(world.bank(), [(invoice.public_id, 10_000)])
    later.to_morning(world, TUESDAY)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "nothing"
    assert_sound(world)


def test_a_fee_that_changed_before_it_was_accepted_is_told_of(world: World) -> None:
    world.invoice(HUNDRED)
    order = world.order(world.card())
    seen = review.run(actor=world.payer, now=world.now, order=order, on=TUESDAY).digest
    world.set_payments(card_fee_minor=350)
    with pytest.raises(errors.Stale, match=r"now \$3\.50"):
        schedule_payment.run(
            actor=world.payer, now=world.now, order=order, on=TUESDAY, key="a key", seen=seen
        )
    assert later.waiting(world) == []


def test_another_try_takes_exactly_what_was_agreed_to(world: World) -> None:
    world.invoice(HUNDRED)
    row = later.schedule(world, world.card("4000000000009995"), TUESDAY)
    assert later.run_on_its_day(world, row).public_status == "Declined"
    [again] = later.waiting(world)
    assert (again.amount_minor, again.fee_minor, again.tries) == (10_000, 295, 1)
    tried = later.run_on_its_day(world, again)
    assert (tried.amount_minor, tried.fee_minor) == (10_000, 295)
    assert_sound(world)


def test_another_try_is_not_made_where_the_fee_is_lower_now(world: World) -> None:
    world.invoice(HUNDRED)
    row = later.schedule(world, world.card("4000000000009995"), TUESDAY)
    later.run_on_its_day(world, row)
    [again] = later.waiting(world)
    world.set_payments(card_fee_minor=100)
    later.to_morning(world, again.run_on)
    assert later.run(world) == 0
    assert later.scheduled(again.public_id).reason == "fee"


def test_autopay_has_no_fee_even_where_its_payer_changes_one_payment(world: World) -> None:
    world.invoice(HUNDRED)
    card = world.card()
    later.start(world, card)
    later.plan(world)
    [row] = later.waiting(world)
    assert row.fee_minor == 0
    order, on = world.order(card), row.run_on + timedelta(days=1)
    seen = review.run(actor=world.payer, now=world.now, order=order, on=on, replaces=row.public_id)
    assert seen.quote.fee_minor == 0
    change.run(actor=world.payer, now=world.now, ref=row.public_id, order=order, on=on, seen=seen.digest)
    changed = later.scheduled(row.public_id)
    assert later.run_on_its_day(world, changed).total_minor == 10_000
    assert_sound(world)


def test_a_changed_payment_has_the_fee_of_its_new_method(world: World) -> None:
    world.invoice(HUNDRED)
    row = later.schedule(world, world.bank(), TUESDAY)
    order = world.order(world.card())
    seen = review.run(actor=world.payer, now=world.now, order=order, on=TUESDAY, replaces=row.public_id)
    change.run(actor=world.payer, now=world.now, ref=row.public_id, order=order, on=TUESDAY, seen=seen.digest)
    assert later.scheduled(row.public_id).fee_minor == 295
    back = replace(order, method_ref=world.bank())
    seen = review.run(actor=world.payer, now=world.now, order=back, on=TUESDAY, replaces=row.public_id)
    change.run(actor=world.payer, now=world.now, ref=row.public_id, order=back, on=TUESDAY, seen=seen.digest)
    assert later.run_on_its_day(world, later.scheduled(row.public_id)).fee_minor == 0


def test_a_method_that_takes_the_place_of_another_never_makes_it_dearer(world: World) -> None:
    world.invoice(HUNDRED)
    bank, card = world.bank(), world.card()
    row = later.schedule(world, bank, TUESDAY)
    later.take_over(world, bank, card)
    assert later.scheduled(row.public_id).fee_minor == 0
    world.set_payments(card_fee_minor=100)
    dearer = later.schedule(world, card, TUESDAY + timedelta(days=1))
    world.set_payments(card_fee_minor=295)
    other = world.card("5555555555554444")
    later.take_over(world, card, other)
    swapped = later.scheduled(dearer.public_id)
    given = Authorization.objects.get(pk=swapped.authorization_id)
    assert (swapped.fee_minor, given.amount_minor) == (100, 10_100)
    assert "fee $1.00, total $101.00" in given.text
