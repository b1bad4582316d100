"""What was for one time alone is forgotten when nothing needs it, and never before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.methods import forget, retire_once, wallet
from counterfoil.flows.payments import confirm, resolve_unknown, settle_matured, submit
from counterfoil.methods import queries as method_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories import later
from tests.factories.world import World
from tests.flows.methods.test_replace import gone, token_of


def once(world: World) -> str:
    return wallet.once(actor=world.payer, now=world.now, payer_id=world.payer_id)


def pay_once(world: World, ref: str) -> PaymentRow:
    world.invoice()
    payment = world.pay(ref)
    world.sandbox.visit(payment.action_url, "approve")
    confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    return world.payment(payment.public_id)


def not_saved(ref: str) -> None:
    """Let a method be for one time, as a gateway might offer one that banks can send back."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE methods_paymentmethod SET is_saved = false WHERE public_id = %s", [ref])


def forgotten(world: World) -> int:
    return forget.run(actor=WORKER, now=world.now)


def status(ref: str) -> str:
    return method_queries.get(actor=OPERATOR, public_id=ref).status


def test_it_goes_a_day_after_its_payment_and_the_next_time_gets_a_new_one(world: World) -> None:
    ref = once(world)
    token = token_of(ref)
    assert pay_once(world, ref).public_status == "Paid"
    world.sandbox.wait(hours=20)
    assert forgotten(world) == 0
    assert once(world) == ref

    world.sandbox.wait(hours=5)
    assert forgotten(world) == 1
    assert status(ref) == "deleted"
    assert gone(world, token)
    assert forgotten(world) == 0
    assert "method_deleted" not in later.told(world)

    fresh = once(world)
    assert fresh != ref
    assert pay_once(world, fresh).public_status == "Paid"


def test_it_stays_while_its_payment_is_not_decided(world: World) -> None:
    ref = once(world)
    world.invoice()
    payment = world.pay(ref)
    assert payment.public_status == "Action needed"
    world.sandbox.wait(days=2)
    assert forgotten(world) == 0
    assert not gone(world, token_of(ref))
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).public_status == "Canceled"
    assert forgotten(world) == 1


def test_it_stays_while_its_payment_can_come_back(world: World) -> None:
    ref = world.bank()
    world.invoice()
    payment = world.pay(ref)
    not_saved(ref)
    world.sandbox.wait(days=12)
    world.deliver()
    settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).public_status == "Paid"
    assert forgotten(world) == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT returnable_until FROM payments_payment WHERE public_id = %s", [payment.public_id]
        )
        [until] = cursor.fetchone()
    assert until > world.today
    later.to_morning(world, until + timedelta(days=1))
    assert forgotten(world) == 0
    later.to_morning(world, until + timedelta(days=3))
    assert forgotten(world) == 1


def test_it_stays_while_something_is_set_with_it(world: World) -> None:
    later.open_for_later(world)
    ref = world.card()
    world.invoice(due_in=40)
    scheduled = later.schedule(world, ref, later.days_later(world, 9))
    not_saved(ref)
    world.sandbox.wait(days=2)
    assert forgotten(world) == 0
    assert later.scheduled(scheduled.public_id).public_status == "Scheduled"
    assert status(ref) == "active"


def test_a_review_that_was_left_open_too_long_charges_nothing(world: World) -> None:
    ref = once(world)
    world.invoice()
    submission = world.review(world.order(ref))
    world.sandbox.wait(hours=25)
    assert forgotten(world) == 1
    with pytest.raises(errors.Invalid) as refusal:
        submit.run(actor=world.payer, now=world.now, submission=submission)
    assert refusal.value.field == "method"
    assert world.sandbox.movements() == []


def test_saved_methods_are_left_alone(world: World) -> None:
    ref = world.card()
    world.sandbox.wait(days=3)
    assert retire_once.run(actor=WORKER, now=world.now) == 0
    assert status(ref) == "active"
    with pytest.raises(errors.NotPermitted):
        retire_once.run(actor=world.payer, now=world.now)
