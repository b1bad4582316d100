"""Who will be collected from on a day, and who is left out and why: a look that sets nothing."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.schedules import cancel, review_collections
from counterfoil.flows.schedules.review_collections import Line
from counterfoil.invoices.drafts import NewLine
from counterfoil.methods.models import PaymentMethod
from tests.factories import collecting, later
from tests.factories.world import World

pytestmark = pytest.mark.django_db

DECEMBER = NewLine("December", 100_000)
THURSDAY = date(2026, 12, 3)


def look(world: World, on: date = THURSDAY) -> Line:
    [line] = review_collections.run(actor=OPERATOR, now=world.now, biller_id=world.biller_id, on=on)
    return line


def test_who_is_collected_from_with_the_method_and_whether_it_was_told(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    line = look(world)
    assert (line.payer, line.amount_minor, line.run_on) == ("Eleanor Whitfield", 100_000, THURSDAY)
    assert (line.method, line.reason, line.is_told) == ("4242", "", False)
    assert later.waiting(world) == []
    collecting.planned(world)
    line = look(world)
    # It is what was told: the bill itself is no longer free.
    assert (line.amount_minor, line.method, line.reason, line.is_told) == (100_000, "4242", "", True)


def test_nothing_due_yet(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=20)
    assert look(world).reason == "nothing"


def test_a_payer_without_method_and_one_without_permission(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    world.invoice(DECEMBER, due_in=5)
    collecting.withdraw(world, method)
    assert look(world).reason == "permission"
    PaymentMethod.objects.filter(public_id=method).update(status="deleted")
    assert look(world).reason == "no_method"


def test_a_card_that_will_have_expired_and_one_that_is_disabled(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    world.invoice(DECEMBER, due_in=5)
    found = PaymentMethod.objects.filter(public_id=method)
    found.update(exp_month=11, exp_year=2026)
    assert look(world).reason == "expired"
    found.update(status="disabled")
    assert look(world).reason == "disabled"


def test_autopay_and_what_is_set_for_later(world: World) -> None:
    later.open_for_later(world)
    method = world.card()
    collecting.begin(world, method)
    bill = world.invoice(DECEMBER, due_in=5)
    later.schedule(world, method, later.days_later(world, 4), [(bill.public_id, 100_000)])
    assert look(world).reason == "scheduled"
    later.start(world, method)
    assert look(world).reason == "autopay"


def test_too_late_to_be_told_in_time(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    later.to_morning(world, date(2026, 11, 24))
    assert look(world).reason == "notice"


def test_what_its_payer_canceled(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    cancel.run(actor=world.payer, now=world.now, ref=row.public_id)
    assert look(world).reason == "canceled"


def test_a_part_that_the_biller_does_not_take(world: World) -> None:
    later.open_for_later(world)
    method = world.card()
    collecting.begin(world, method)
    bill = world.invoice(DECEMBER, due_in=5)
    later.schedule(world, method, later.days_later(world, 4), [(bill.public_id, 40_000)])
    world.set_portal(partial_payment_allowed=False)
    assert look(world).reason == "refused"
    assert collecting.plan(world) == 0


def test_a_moved_day_is_found_by_both_dates(world: World) -> None:
    collecting.begin(world, world.card(), day=5)
    world.invoice(DECEMBER, due_in=5)
    for on in (date(2026, 12, 5), date(2026, 12, 7)):
        assert look(world, on).run_on == date(2026, 12, 7)
    assert (
        review_collections.run(actor=OPERATOR, now=world.now, biller_id=world.biller_id, on=date(2026, 12, 8))
        == []
    )


def test_payers_do_not_see_it(world: World) -> None:
    with pytest.raises(errors.NotPermitted):
        review_collections.run(actor=world.payer, now=world.now, biller_id=world.biller_id, on=THURSDAY)
