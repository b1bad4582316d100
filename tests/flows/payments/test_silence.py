"""Silence: answers that are lost, late or overtaken, and calls that a job makes because the gateway is busy."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest
from django.db import connection

from counterfoil.core import errors, failpoints, http
from counterfoil.core.actor import GATEWAY, WORKER
from counterfoil.flows.payments import (
    call_gateway,
    confirm,
    resolve_unknown,
    submit,
)
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payments.queries import PaymentRow
from tests.factories.outcomes import (
    ask,
    assert_sound,
    cut_off,
    jobs_of,
    notices,
    whole,
)
from tests.factories.world import World


def test_an_answer_lost_after_success_is_found_and_charged_once(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_after")
    payment = world.pay(world.card(), whole(invoice))
    assert (payment.status, payment.public_status) == ("unknown", "Pending")
    assert world.fresh(invoice).pending_minor == invoice.total_minor
    with pytest.raises(errors.Stale):
        world.pay(world.card("5555555555554444"), whole(invoice))
    ask(world, minutes=2)
    assert world.payment(payment.public_id).status == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert_sound(world)


def test_an_answer_lost_before_success_is_fenced_and_can_be_paid_again(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_before")
    payment = world.pay(world.card(), whole(invoice))
    ask(world, minutes=2)
    assert world.payment(payment.public_id).status == "canceled"
    assert notices(world, payment.public_id) == ["payment_receipt", "payment_declined"]
    assert world.pay(world.card("5555555555554444"), whole(invoice)).status == "settled"
    assert_sound(world)


def test_a_request_that_arrives_after_the_fence_moves_nothing(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("delayed_execution", seconds=3600)
    payment = world.pay(world.card(), whole(invoice))
    ask(world, minutes=2)
    world.sandbox.wait(hours=2)
    world.sandbox.due()  # the sandbox's time passes: the delayed request arrives
    ask(world, minutes=1)
    assert world.payment(payment.public_id).status == "canceled"
    assert world.sandbox.movements() == []
    assert_sound(world)


def test_a_request_that_arrives_before_the_fence_is_the_payment(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("delayed_execution", seconds=30)
    payment = world.pay(world.card(), whole(invoice))
    ask(world, minutes=2)
    assert world.payment(payment.public_id).status == "settled"
    assert_sound(world)


def test_a_gateway_that_is_down_leaves_a_payment_to_be_confirmed(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))
    cut_off(world)
    payment = world.payment(submit.run(actor=world.payer, now=world.now, submission=submission))
    assert payment.is_confirming
    for _ in range(4):
        ask(world, minutes=20)
    assert world.payment(payment.public_id).status == "unknown"
    cut_off(world, down=False)
    ask(world, hours=2)
    assert world.payment(payment.public_id).status == "canceled"
    assert_sound(world)


def test_looking_while_the_call_is_under_way_changes_nothing(world: World) -> None:
    """The page asks again before the answer is there: that is no outcome."""
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))

    def look(place: str) -> None:
        if place == "call.before":
            ref = newest(world)
            confirm.run(actor=world.payer, now=world.now, payment_ref=ref)
            assert world.payment(ref).status == "submitting"

    with failpoints.attached(look):
        ref = submit.run(actor=world.payer, now=world.now, submission=submission)
    assert world.payment(ref).status == "settled"
    assert_sound(world)


def newest(world: World) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public_id FROM payments_payment WHERE biller_id = %s ORDER BY id DESC", [world.biller_id]
        )
        return str(cursor.fetchone()[0])


def test_a_webhook_that_is_faster_than_the_answer(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))

    def overtake(place: str) -> None:
        if place == "call.after":
            assert world.deliver() == 1

    with failpoints.attached(overtake):
        ref = submit.run(actor=world.payer, now=world.now, submission=submission)
    assert world.payment(ref).status == "settled"
    assert notices(world, ref) == ["payment_receipt"]
    assert_sound(world)


def test_one_connection_set_up_wrong_does_not_stop_the_others(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_after")
    payment = world.pay(world.card(), whole(invoice))
    other = World(world.sandbox)
    their_invoice = other.invoice()
    world.sandbox.arm("answer_lost_after")
    theirs = other.pay(other.card(), whole(their_invoice))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billers_gatewayconnection SET gateway_key = 'gone' WHERE biller_id = %s",
            [other.biller_id],
        )
    world.sandbox.wait(minutes=2)
    ids = [payment.id, theirs.id]
    assert resolve_unknown.ask(actor=WORKER, now=world.now, payment_ids=ids, source="look_up") == {theirs.id}
    assert world.payment(payment.public_id).status == "settled"
    assert world.payment(theirs.public_id).status == "unknown"


# -- Busy: born now, sent by a job ------------------------------------------------------------------------------------


def submit_when_busy(world: World, invoice: InvoiceRow) -> PaymentRow:
    submission = world.review(world.order(world.card(), whole(invoice)))
    with ExitStack() as held:
        with suppress(http.Busy):
            while True:
                held.enter_context(http.bulkhead("sandbox"))
        return world.payment(submit.run(actor=world.payer, now=world.now, submission=submission))


def test_when_too_many_wait_for_the_gateway_a_job_makes_the_call(world: World) -> None:
    invoice = world.invoice()
    payment = submit_when_busy(world, invoice)
    assert payment.status == "submitting"
    assert jobs_of("call_gateway") == [f'{{"payment_id": {payment.id}}}']
    assert world.sandbox.movements() == []
    confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)  # Check again
    call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment.id)
    call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment.id)
    assert world.payment(payment.public_id).status == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert_sound(world)


def test_the_job_is_in_the_commit_of_the_birth(world: World) -> None:
    class Crash(BaseException):
        pass

    commits: list[str] = []

    def die(place: str) -> None:
        if place == "commit.after":
            commits.append(place)
            if len(commits) == 1:
                raise Crash

    invoice = world.invoice()
    submission = world.review(world.order(world.card(), whole(invoice)))
    with ExitStack() as held:
        with suppress(http.Busy):
            while True:
                held.enter_context(http.bulkhead("sandbox"))
        with pytest.raises(Crash), failpoints.attached(die):
            submit.run(actor=world.payer, now=world.now, submission=submission)
    assert len(jobs_of("call_gateway")) == 1


def test_a_job_that_never_ran_is_given_up(world: World) -> None:
    invoice = world.invoice()
    payment = submit_when_busy(world, invoice)
    ask(world, minutes=11)
    assert world.payment(payment.public_id).status == "canceled"
    call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment.id)
    assert world.sandbox.movements() == []
    assert notices(world, payment.public_id) == ["payment_declined"]
    assert world.outstanding == invoice.total_minor
    assert_sound(world)
