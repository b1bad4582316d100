"""A collection that cannot be taken, or did not go through: nothing behind the payer's back, and no second try."""

from __future__ import annotations

import pytest

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import db
from counterfoil.core.actor import WORKER
from counterfoil.flows.methods import change, put_away
from counterfoil.flows.payments import resolve_unknown
from counterfoil.flows.schedules import collected
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.models import Invoice
from counterfoil.methods.models import PaymentMethod
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.states import Standing
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import ScheduledRow
from tests.factories import collecting, later
from tests.factories.refunds import refund
from tests.factories.world import World
from tests.flows.methods.test_replace import put
from tests.flows.schedules.test_outcomes import FUNDS, LOST, assert_sound, returned

pytestmark = pytest.mark.django_db

DECEMBER = NewLine("December", 100_000)


def announced(world: World, method: str) -> ScheduledRow:
    collecting.begin(world, method)
    world.invoice(DECEMBER, due_in=5)
    return collecting.planned(world)


def why(world: World, row: ScheduledRow) -> tuple[str, str]:
    now = later.scheduled(row.public_id)
    return now.status, now.reason


def is_permitted(method: str) -> bool:
    return agreement_queries.has_standing(method_ref=method)


def test_a_decline_is_told_and_not_tried_again(world: World) -> None:
    method = world.card(FUNDS)
    row = announced(world, method)
    assert later.run_on_its_day(world, row).public_status == "Declined"
    assert later.waiting(world) == []
    assert later.told(world)[-1] == "autopay_failed"
    # There may be money the next time: the permission stays, for other bills.
    assert is_permitted(method)
    assert_sound(world)


def test_a_return_for_want_of_money_is_not_tried_again(world: World) -> None:
    method = world.bank("000111111116")
    row = announced(world, method)
    payment = returned(world, row)
    assert (payment.public_status, payment.reason_code) == ("Returned", "R01")
    assert later.waiting(world) == []
    assert is_permitted(method)


def test_a_bill_whose_collection_came_back_is_never_collected_again_by_that_permission(world: World) -> None:
    method = world.bank("000111111116")
    row = announced(world, method)
    returned(world, row)
    # A month later its window opens again: only what is new is collected, and not together with the old bill.
    later.to_morning(world, later.days_later(world, 15))
    assert collecting.plan(world) == 0
    january = world.invoice(NewLine("January", 40_000), due_in=5)
    again = collecting.planned(world)
    assert again.amounts == ((january.public_id, 40_000),)
    collecting.withdraw(world, method)
    assert why(world, again) == ("canceled", "permission")


def test_what_staff_gave_back_is_not_collected_again(world: World) -> None:
    """The bill is owed again: by the payer's own choice, not by the next run."""
    row = announced(world, world.card())
    payment = later.run_on_its_day(world, row)
    refund(world, payment, payment.amount_minor)
    assert world.outstanding == payment.amount_minor
    world.sandbox.wait(days=19)
    assert collecting.plan(world) == 0
    assert_sound(world)


def test_asked_anew_the_payer_permits_it_again(world: World) -> None:
    method = world.bank("000111111116")
    row = announced(world, method)
    returned(world, row)
    collecting.withdraw(world, method)
    collecting.give(world, method)
    later.to_morning(world, later.days_later(world, 15))
    assert collecting.planned(world).amounts == row.amounts


def test_late_news_of_the_old_number_leaves_the_permission_for_the_new_one(world: World) -> None:
    method = world.bank("000111111113")
    announced(world, method)
    world.pay(method, [(world.invoice(DECEMBER).public_id, 10_000)])
    world.sandbox.wait(minutes=1)
    put(world, method, world.sandbox.bank())
    for _ in range(6):
        world.sandbox.wait(days=1)
        world.deliver()
    assert is_permitted(method)
    assert "permission_withdrawn" not in later.told(world)


def test_another_day_chosen_while_it_is_being_taken_is_found_at_its_birth(world: World) -> None:
    row = announced(world, world.card())
    assert collected.lost(rows=[row]) == {}
    collecting.choose(world, "biller_collects", 10)
    assert [end.reason for end in collected.lost(rows=[row]).values()] == ["day"]


def test_a_lost_card_ends_the_permission(world: World) -> None:
    method = world.card(LOST)
    row = announced(world, method)
    assert later.run_on_its_day(world, row).public_status == "Declined"
    assert not is_permitted(method)
    assert later.told(world)[-2:] == ["autopay_failed", "permission_withdrawn"]
    world.sandbox.wait(days=19)
    assert collecting.plan(world) == 0


@pytest.mark.parametrize("account", ["000907002", "000910002", "000111111113"])
def test_a_return_of_a_payment_by_choice_ends_the_permission_too(world: World, account: str) -> None:
    """R07, R10 and R02: taken back, not authorized, closed."""
    method = world.bank(account)
    row = announced(world, method)
    bill = row.amounts[0][0]
    world.pay(method, [(bill, 10_000)])
    for _ in range(6):
        world.sandbox.wait(days=1)
        world.deliver()
    assert not is_permitted(method)
    # At once: nobody is shown a collection that will not be.
    assert why(world, row) == ("canceled", "permission")
    assert {"scheduled_canceled", "permission_withdrawn"} <= set(later.told(world))
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0


def test_what_the_gateway_never_had_is_told_and_waits_for_the_next_day(world: World) -> None:
    row = announced(world, world.card())
    world.sandbox.arm("answer_lost_before", on="charge")
    payment = later.run_on_its_day(world, row)
    world.sandbox.wait(minutes=5)
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).status == "canceled"
    assert later.waiting(world) == []
    assert later.told(world)[-1] == "autopay_failed"
    assert_sound(world)


def test_a_method_put_away_cancels_it_at_once(world: World) -> None:
    method = world.card()
    row = announced(world, method)
    put_away.run(actor=world.payer, now=world.now, ref=method, move="disable", instead=None)
    assert why(world, row) == ("canceled", "method")
    assert later.told(world)[-1] == "scheduled_canceled"


def test_a_method_can_be_deleted_and_the_permission_goes_with_it(world: World) -> None:
    method = world.card()
    row = announced(world, method)
    put_away.run(actor=world.payer, now=world.now, ref=method, move="delete", instead=None)
    assert why(world, row) == ("canceled", "permission")


def test_a_method_for_other_accounts_now_cancels_it(world: World) -> None:
    method = world.card()
    row = announced(world, method)
    edited = change.Edited(nickname="Card", is_default=True, account_ids=(world.account_id,))
    change.edit(actor=world.payer, now=world.now, ref=method, edited=edited)
    assert why(world, row) == ("scheduled", "")
    other, _ = world.add_resident("George Whitfield")
    with db.transaction():
        payer_operations.link_many(
            biller_id=world.biller_id,
            new=[
                payer_operations.NewLink(
                    account_id=other, payer_id=world.payer_id, relation="child", is_default=False
                )
            ],
        )
    edited = change.Edited(nickname="Card", is_default=True, account_ids=(other,))
    change.edit(actor=world.payer, now=world.now, ref=method, edited=edited)
    assert why(world, row) == ("canceled", "method")


def test_another_method_in_its_place_is_not_collected_from(world: World) -> None:
    old, new = world.card(), world.card("5555555555554444")
    collecting.begin(world, old)
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    assert (row.method_ref, schedule_queries.list_uses(actor=WORKER, method_refs=[old])) == (old, {})
    later.take_over(world, old, new)
    assert why(world, row) == ("canceled", "method")


def test_a_new_number_is_collected_from_by_the_permission_for_it(world: World) -> None:
    method = world.card()
    row = announced(world, method)
    put(world, method, world.sandbox.card("5555555555554444"))
    now = later.scheduled(row.public_id)
    assert now.status == "scheduled"
    assert now.authorization_id > row.authorization_id
    assert later.run_on_its_day(world, row).public_status == "Paid"


def test_an_expired_card_is_not_planned(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    world.invoice(DECEMBER, due_in=5)
    PaymentMethod.objects.filter(public_id=method).update(exp_month=11, exp_year=2026)
    assert collecting.plan(world) == 0


def test_a_method_without_permission_is_not_planned_and_one_with_it_is(world: World) -> None:
    permitted = world.card()
    collecting.begin(world, permitted)
    default = world.card("5555555555554444")
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    assert (row.method_ref, row.method_ref != default) == (permitted, True)


def test_a_disputed_bill_is_not_collected(world: World) -> None:
    row = announced(world, world.card())
    Invoice.objects.filter(biller_id=world.biller_id).update(is_disputed=True)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert why(world, row)[0] == "canceled"


def test_a_bill_that_is_due_later_now_is_not_collected(world: World) -> None:
    row = announced(world, world.card())
    Invoice.objects.filter(biller_id=world.biller_id).update(due_on=later.days_later(world, 30))
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert why(world, row) == ("canceled", "changed")


def test_a_hold_on_its_day_stops_it_and_it_is_not_taken_later(world: World) -> None:
    row = announced(world, world.card())
    with db.transaction():
        [account] = payer_queries.lock_accounts(account_ids=[world.account_id])
        payer_operations.transition_account(account=account, to=Standing.ON_HOLD)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert why(world, row) == ("scheduled", "")
    later.to_morning(world, later.days_later(world, 1))
    later.run(world)
    assert why(world, row) == ("canceled", "late")
    assert collecting.plan(world) == 0


def test_the_part_of_somebody_elses_bill_is_not_collected(world: World) -> None:
    """Only bills addressed to the payer, as the permission says."""
    collecting.begin(world, world.card())
    _, other = world.add_resident("George Whitfield", "george@example.test")
    world.invoice(DECEMBER, due_in=5, payer_id=other)
    assert collecting.plan(world) == 0
