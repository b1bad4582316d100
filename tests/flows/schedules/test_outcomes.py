"""A scheduled payment that does not go through: tried again as the law allows, told honestly, stopped where it must."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import GATEWAY, WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.methods import change as method_change
from counterfoil.flows.payments import record_results, resolve_unknown, settle_matured
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.flows.schedules import change_enrollment, resume
from counterfoil.gateways import base
from counterfoil.invoices.drafts import NewLine
from counterfoil.payments.queries import PaymentRow
from counterfoil.schedules.rows import ScheduledRow
from tests.factories import later
from tests.factories.outcomes import live
from tests.factories.refunds import refund
from tests.factories.world import World

BILL = NewLine("December", 100_000)
FUNDS, LOST, FAULTY, CONFIRM = "4000000000009995", "4000000000009987", "4000000000000119", "4000002500003155"


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def planned(world: World, due_in: int = 20) -> ScheduledRow:
    world.invoice(BILL, due_in=due_in)
    later.plan(world)
    return later.waiting(world)[0]


def returned(world: World, row: ScheduledRow) -> PaymentRow:
    """Take it, and let the bank send it back."""
    payment = later.run_on_its_day(world, row)
    for _ in range(6):
        world.sandbox.wait(days=1)
        world.deliver()
    return world.payment(payment.public_id)


def test_want_of_money_is_tried_again_twice_and_then_never(world: World) -> None:
    autopay = later.start(world, world.bank("000111111116"))
    first = planned(world)
    payment = returned(world, first)
    assert (payment.public_status, payment.reason_code) == ("Returned", "R01")
    [retry] = later.waiting(world)
    assert (retry.origin, retry.amount_minor) == ("retry", 100_000)
    assert later.told(world)[-1] == "autopay_failed"
    assert later.enrollment(autopay.public_id).failures == 1
    # Planning does not double it.
    assert later.plan(world) == 0
    again = returned(world, retry)
    assert again.public_status == "Returned"
    [last] = later.waiting(world)
    assert returned(world, last).public_status == "Returned"
    assert later.waiting(world) == []
    assert later.plan(world) == 0
    # Three in a row: paused, with a notice.
    after = later.enrollment(autopay.public_id)
    assert (after.status, after.pause_reason, after.failures) == ("paused", "failures", 3)
    assert later.told(world)[-1] == "autopay_paused"
    assert_sound(world)


def test_a_retry_is_the_same_amount_or_none(world: World) -> None:
    later.start(world, world.bank("000111111116"))
    returned(world, planned(world))
    [retry] = later.waiting(world)
    [invoice] = [ref for ref, _ in retry.amounts]
    world.pay(world.card(), [(invoice, 1_000)])
    later.to_morning(world, retry.run_on)
    assert later.run(world) == 0
    assert later.scheduled(retry.public_id).reason == "retry"


@pytest.mark.parametrize("given_back", [40_000, 100_000])
def test_what_staff_gave_back_is_not_taken_again(world: World, given_back: int) -> None:
    """The bank sends a debit back after all of it, or a part, was refunded: the rest would be another amount."""
    later.start(world, world.bank("000901030"))
    payment = later.run_on_its_day(world, planned(world))
    live(world, until=(payment.paid_on or world.today) + timedelta(days=1))
    refund(world, payment, given_back)
    live(world, until=world.today + timedelta(days=40))
    after = world.payment(payment.public_id)
    assert (after.public_status, after.reason_code) == ("Returned", "R01")
    assert later.waiting(world) == []
    assert_sound(world)


def test_a_dead_account_pauses_autopay_and_stops_what_uses_it(world: World) -> None:
    later.open_for_later(world)
    bank = world.bank("000111111113")
    autopay = later.start(world, bank)
    invoice = world.invoice(NewLine("Extra", 5_000), due_in=40)
    kept = later.schedule(world, bank, date(2027, 1, 20), [(invoice.public_id, 5_000)])
    returned(world, planned(world))
    after = later.enrollment(autopay.public_id)
    assert (after.status, after.pause_reason) == ("paused", "method")
    assert later.scheduled(kept.public_id).reason == "method"
    assert later.waiting(world) == []


def test_a_permission_in_doubt_needs_a_new_one(world: World) -> None:
    bank = world.bank("000910002")
    autopay = later.start(world, bank)
    returned(world, planned(world))
    after = later.enrollment(autopay.public_id)
    assert (after.status, after.pause_reason) == ("paused", "unauthorized")
    with pytest.raises(errors.Stale, match="agree to it anew"):
        resume.run(actor=world.payer, now=world.now, ref=autopay.public_id)
    wanted = later.form(world, world.bank())
    seen = change_enrollment.review(actor=world.payer, now=world.now, ref=autopay.public_id, form=wanted)
    change_enrollment.run(
        actor=world.payer, now=world.now, ref=autopay.public_id, form=wanted, seen=seen.digest
    )
    assert later.enrollment(autopay.public_id).is_active


def test_a_hard_decline_is_never_tried_again(world: World) -> None:
    autopay = later.start(world, world.card(LOST))
    payment = later.run_on_its_day(world, planned(world))
    assert (payment.public_status, payment.decline_class) == ("Declined", "hard_account")
    assert later.waiting(world) == []
    assert later.enrollment(autopay.public_id).pause_reason == "method"
    assert later.told(world)[-2:] == ["autopay_failed", "autopay_paused"]


def test_a_card_without_money_is_tried_three_days_later(world: World) -> None:
    later.start(world, world.card(FUNDS))
    later.run_on_its_day(world, planned(world))
    [retry] = later.waiting(world)
    assert retry.run_on == date(2026, 12, 14)  # Thursday, December 10, and three days: a Sunday
    assert later.run_on_its_day(world, retry).public_status == "Declined"


def test_a_payment_of_the_payers_own_is_tried_again_as_agreed(world: World) -> None:
    later.open_for_later(world)
    world.invoice()
    row = later.schedule(world, world.card(FAULTY), date(2026, 12, 1))
    assert later.run_on_its_day(world, row).decline_class == "soft_tech"
    [retry] = later.waiting(world)
    assert (retry.run_on, retry.authorization_id) == (date(2026, 12, 2), row.authorization_id)


def test_a_card_that_wants_its_holder_is_not_charged_behind_the_holders_back(world: World) -> None:
    later.start(world, world.card(CONFIRM))
    payment = later.run_on_its_day(world, planned(world))
    assert (payment.public_status, payment.decline_class) == ("Declined", "auth_needed")
    assert later.waiting(world) == []
    assert later.told(world)[-1] == "autopay_failed"


def test_success_starts_the_count_anew(world: World) -> None:
    autopay = later.start(world, world.card(FUNDS))
    later.run_on_its_day(world, planned(world))
    assert later.enrollment(autopay.public_id).failures == 1
    wanted = later.form(world, world.card())
    seen = change_enrollment.review(actor=world.payer, now=world.now, ref=autopay.public_id, form=wanted)
    change_enrollment.run(
        actor=world.payer, now=world.now, ref=autopay.public_id, form=wanted, seen=seen.digest
    )
    # Another permission: what failed under the old one is not tried again, but planned anew, and told of in time.
    [anew] = later.waiting(world)
    assert (anew.origin, anew.method_kind) == ("autopay", "card")
    assert (anew.run_on - world.today).days >= 10
    assert later.run_on_its_day(world, anew).public_status == "Paid"
    assert later.enrollment(autopay.public_id).failures == 0


def test_the_same_outcome_again_changes_nothing(world: World) -> None:
    later.start(world, world.card(FUNDS))
    payment = later.run_on_its_day(world, planned(world))
    before = (len(later.everything(world)), later.told(world))
    declined = base.Declined("", base.DeclineClass.SOFT_FUNDS, "51")
    for _ in range(2):
        record_results.run(actor=GATEWAY, now=world.now, outcomes=[Outcome(payment.id, declined, "event")])
    assert (len(later.everything(world)), later.told(world)) == before


def test_what_the_gateway_never_had_is_set_for_its_day_again(world: World) -> None:
    later.open_for_later(world)
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    world.sandbox.arm("answer_lost_before", on="charge")
    payment = later.run_on_its_day(world, row)
    assert payment.status == "unknown"
    world.sandbox.wait(minutes=5)
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).status == "canceled"
    [again] = later.waiting(world)
    assert (again.origin, again.run_on, again.amount_minor) == ("retry", row.run_on, 320_000)
    assert later.run(world) == 1
    assert world.sandbox.movements() == [("capture", 320_000)]
    assert later.waiting(world) == []
    assert_sound(world)


def test_a_debit_that_stays_resets_the_count_when_it_is_paid(world: World) -> None:
    autopay = later.start(world, world.bank())
    payment = later.run_on_its_day(world, planned(world))
    for _ in range(9):
        world.sandbox.wait(days=1)
        world.deliver()
        settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).public_status == "Paid"
    assert later.enrollment(autopay.public_id).failures == 0
    assert later.plan(world) == 0
    assert_sound(world)


def test_a_method_that_cannot_be_used_on_the_day_pauses_autopay(world: World) -> None:
    card = world.card()
    autopay = later.start(world, card)
    row = planned(world)
    method_change.disable(actor=world.payer, now=world.now, ref=card)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "method"
    assert later.enrollment(autopay.public_id).pause_reason == "method"
    assert later.told(world)[-2:] == ["autopay_paused", "scheduled_canceled"]
    method_change.enable(actor=world.payer, now=world.now, ref=card)
    resume.run(actor=world.payer, now=world.now, ref=autopay.public_id)
    [anew] = later.waiting(world)
    assert (anew.run_on - world.today).days >= 10
