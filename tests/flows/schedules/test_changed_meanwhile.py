"""Something changes between planning, notice, claim, run and return: nothing is taken that nobody allows any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from counterfoil.core import db, failpoints
from counterfoil.core.actor import GATEWAY
from counterfoil.flows.books import verify
from counterfoil.flows.invoices import void
from counterfoil.flows.methods import change as method_change
from counterfoil.flows.payments import record_results
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.flows.schedules import change_enrollment, end_enrollment
from counterfoil.gateways import base
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import operations as payer_operations
from counterfoil.payments.queries import PaymentRow
from counterfoil.schedules.rows import ScheduledRow
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db

BILL = NewLine("December", 100_000)
NO_FUNDS = "000111111116"


class Killed(BaseException):
    """The worker is gone."""


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []


def planned(world: World, due_in: int = 20) -> ScheduledRow:
    world.invoice(BILL, due_in=due_in)
    later.plan(world)
    return later.waiting(world)[-1]


def change(world: World, ref: str, method: str, **choices: Any) -> None:
    wanted = later.form(world, method, **choices)
    seen = change_enrollment.review(actor=world.payer, now=world.now, ref=ref, form=wanted)
    change_enrollment.run(actor=world.payer, now=world.now, ref=ref, form=wanted, seen=seen.digest)


def send_back(world: World, payment: PaymentRow, code: str) -> None:
    outcome = Outcome(payment.id, base.Returned("", code, world.today), "event")
    record_results.run(actor=GATEWAY, now=world.now, outcomes=[outcome])


def die_after_claim(world: World) -> None:
    def die(place: str) -> None:
        if place == "commit.after":
            raise Killed

    with pytest.raises(Killed), failpoints.attached(die):
        later.run(world)


def test_after_a_change_of_method_the_old_one_is_not_debited_again(world: World) -> None:
    autopay = later.start(world, world.bank(NO_FUNDS))
    payment = later.run_on_its_day(world, planned(world))
    card = world.card()
    change(world, autopay.public_id, card)
    send_back(world, payment, "R01")
    # The permission it was taken under has been replaced: it is planned anew, with notice, under the new one.
    assert later.waiting(world) == []
    later.plan(world)
    [anew] = later.waiting(world)
    assert (anew.origin, anew.method_ref) == ("autopay", card)
    assert anew.run_on >= world.today + timedelta(days=10)
    assert later.run_on_its_day(world, anew).public_status == "Paid"
    assert world.outstanding == 0
    assert later.enrollment(autopay.public_id).is_active
    assert_sound(world)


@pytest.mark.parametrize("another", [False, True])
def test_a_retry_is_of_the_whole_and_for_the_same_bills_or_none(world: World, another: bool) -> None:
    """NA-14: the same amount. What a voided bill freed is credit, or pays a bill that was not to be paid yet."""
    later.start(world, world.bank(NO_FUNDS), rule="fixed", amount_minor=150_000)
    first, second = world.invoice(BILL, due_in=20), world.invoice(BILL, due_in=20)
    later.plan(world)
    [row] = later.waiting(world)
    payment = later.run_on_its_day(world, row)
    world.sandbox.wait(days=1)
    record_results.run(
        actor=GATEWAY, now=world.now, outcomes=[Outcome(payment.id, base.Settled(""), "event")]
    )
    assert world.payment(payment.public_id).public_status == "Paid"
    open_one = next(each for each in (first, second) if world.fresh(each).status == "open")
    if another:
        world.invoice(NewLine("January", 70_000), due_in=50)
    void.run(actor=world.staff, now=world.now, ref=open_one.public_id)
    send_back(world, world.payment(payment.public_id), "R01")
    assert [each for each in later.waiting(world) if each.origin == "retry"] == []
    assert_sound(world)


@pytest.mark.parametrize("code", ["R10", "R03"])
def test_what_was_claimed_is_not_born_once_the_permission_or_the_account_is_gone(
    world: World, code: str
) -> None:
    later.start(world, world.bank())
    payment = later.run_on_its_day(world, planned(world, due_in=15))
    row = planned(world, due_in=20)
    later.to_morning(world, row.run_on)
    die_after_claim(world)
    send_back(world, payment, code)
    world.sandbox.wait(minutes=15)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).status == "canceled"
    assert_sound(world)


def test_what_was_canceled_while_a_worker_stood_still_is_not_born(world: World) -> None:
    later.open_for_later(world)
    invoice = world.invoice(BILL, due_in=20)
    row = later.schedule(world, world.card(), later.days_later(world, 5), [(invoice.public_id, 100_000)])
    later.to_morning(world, row.run_on)
    done = []

    def stands_still(place: str) -> None:
        if place != "commit.after" or done:
            return
        done.append(place)
        # Past its lease another worker takes it over, finds the method disabled, and cancels it with a word.
        world.sandbox.wait(minutes=15)
        method_change.disable(actor=world.payer, now=world.now, ref=row.method_ref)
        later.run(world)
        assert later.scheduled(row.public_id).status == "canceled"
        method_change.enable(actor=world.payer, now=world.now, ref=row.method_ref)

    with failpoints.attached(stands_still):
        later.run(world)
    assert done
    assert later.scheduled(row.public_id).status == "canceled"
    assert world.sandbox.movements() == []
    assert_sound(world)


def test_terms_agreed_to_while_a_worker_stood_still_are_those_that_count(world: World) -> None:
    autopay = later.start(world, world.card())
    row = planned(world)
    later.to_morning(world, row.run_on)
    die_after_claim(world)
    bank = world.bank()
    change(world, autopay.public_id, bank)
    world.sandbox.wait(minutes=15)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "changed"
    later.plan(world)
    [anew] = later.waiting(world)
    assert (anew.method_ref, anew.amount_minor) == (bank, 100_000)
    assert_sound(world)


def test_ended_autopay_takes_what_was_on_its_way_on_its_day_or_never(world: World) -> None:
    autopay = later.start(world, world.card())
    row = planned(world)
    later.to_morning(world, row.run_on, hour=1)
    assert len(end_enrollment.run(actor=world.payer, now=world.now, ref=autopay.public_id).on_its_way) == 1
    # Nothing ran that day.
    later.to_morning(world, row.run_on + timedelta(days=4))
    assert later.run(world) == 0
    assert (later.scheduled(row.public_id).reason, world.sandbox.movements()) == ("ended", [])


def test_a_change_of_autopay_takes_a_fixed_part_of_a_bill_once(world: World) -> None:
    autopay = later.start(world, world.card(), rule="fixed", amount_minor=40_000)
    assert later.run_on_its_day(world, planned(world)).public_status == "Paid"
    change(world, autopay.public_id, world.bank(), rule="fixed", amount_minor=40_000)
    assert later.plan(world) == 0
    assert later.waiting(world) == []


def test_nothing_is_debited_that_nobody_could_be_told_of(world: World) -> None:
    autopay = later.start(world, world.bank(), tell_rule="range", tell_above_minor=500_000)
    later.run_on_its_day(world, planned(world, due_in=15))
    row = planned(world, due_in=20)
    assert (row.notice_days, row.noticed_on) == (3, None)
    with db.transaction():
        payer_operations.change_contact(payer_id=world.payer_id, values=nobody())
    later.to_morning(world, row.notice_on or row.run_on)
    later.plan(world)
    later.to_morning(world, row.run_on)
    before = len(world.sandbox.movements())
    assert later.run(world) == 0
    assert len(world.sandbox.movements()) == before
    assert later.scheduled(row.public_id).noticed_on is None
    assert later.enrollment(autopay.public_id).is_active


def nobody() -> dict[str, str]:
    return {
        "name": "Eleanor Whitfield",
        "email": "",
        "phone": "",
        "locale": "en",
        "invoice_preference": "mail",
    }
