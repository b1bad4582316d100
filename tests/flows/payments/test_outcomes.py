"""What becomes of payments: confirmation, credit, settings, and many outcomes at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from counterfoil.core import errors
from counterfoil.core.actor import GATEWAY
from counterfoil.flows.books import verify
from counterfoil.flows.methods import change
from counterfoil.flows.payments import (
    confirm,
    record_results,
    submit,
)
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.gateways import base
from counterfoil.invoices.drafts import NewLine
from tests.factories.outcomes import (
    ask,
    assert_sound,
    books,
    live,
    notices,
    whole,
)
from tests.factories.world import World

# -- The payer's bank asks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "status", "told"),
    [("approve", "settled", ["payment_receipt"]), ("refuse", "declined", [])],
)
def test_three_d_secure(world: World, decision: str, status: str, told: list[str]) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card("4000002500003155"), whole(invoice))
    assert payment.public_status == "Action needed"
    path = payment.action_url.removeprefix("http://sandbox.test")
    world.sandbox.http.post(path, data={"decision": decision})
    confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    assert world.payment(payment.public_id).status == status
    assert notices(world, payment.public_id) == told
    assert_sound(world)


def test_three_d_secure_left_alone_is_fenced_after_an_hour(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card("4000002500003155"), whole(invoice))
    ask(world, minutes=31)
    assert world.payment(payment.public_id).status == "action_needed"
    ask(world, minutes=40)
    assert world.payment(payment.public_id).status == "canceled"
    path = payment.action_url.removeprefix("http://sandbox.test")
    world.sandbox.http.post(path, data={"decision": "approve"})
    assert world.sandbox.movements() == []
    assert world.outstanding == invoice.total_minor
    assert_sound(world)


# -- Credit, and settings ---------------------------------------------------------------------------------------------


def test_credit_pays_an_invoice_that_a_return_set_free(world: World) -> None:
    invoice = world.invoice(NewLine("November", 100_000))
    world.pay(world.bank("000111111116"), [(invoice.public_id, 100_000)])
    other = world.invoice(NewLine("Guest meal", 1_000))
    world.pay(world.card(), [(other.public_id, 31_000)])
    assert books(world)["unapplied_credit"] == -30_000
    live(world, until=date(2026, 11, 30))
    assert world.fresh(invoice).open_minor == 70_000
    assert "unapplied_credit" not in books(world)
    assert_sound(world)


def test_credit_that_is_left_to_the_payer_lowers_nothing(world: World) -> None:
    world.set_portal(credit_applies_by_itself=False)
    invoice = world.invoice(NewLine("November", 50_000))
    world.pay(world.card(), [(invoice.public_id, 80_000)])
    following = world.invoice(NewLine("December", 100_000))
    assert world.fresh(following).open_minor == 100_000
    assert world.outstanding == 100_000
    assert world.pay(world.card()).amount_minor == 100_000
    assert_sound(world)


def test_a_biller_that_takes_whole_invoices_only(world: World) -> None:
    world.set_portal(partial_payment_allowed=False)
    invoice = world.invoice()
    with pytest.raises(errors.Invalid, match=r"Pay this invoice in full: \$3,200\.00\."):
        world.pay(world.card(), [(invoice.public_id, 100_000)])


def test_the_same_key_finds_its_payment_when_the_method_is_gone(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))
    ref = submit.run(actor=world.payer, now=world.now, submission=submission)
    change.delete(actor=world.payer, now=world.now, ref=method)
    assert submit.run(actor=world.payer, now=world.now, submission=submission) == ref
    with pytest.raises(errors.Invalid, match="Choose how you want to pay"):
        world.review(world.order(method, whole(world.invoice())))


# -- Many at once -----------------------------------------------------------------------------------------------------


def test_two_outcomes_of_one_payment_in_one_call(world: World) -> None:
    payment = world.pay(world.bank(), whole(world.invoice()))
    day = date(2026, 11, 24)
    told = [
        Outcome(payment.id, base.Funded("ch_x", day), "event"),
        Outcome(payment.id, base.Returned("ch_x", "R01", day + timedelta(2)), "event"),
    ]
    done = record_results.run(actor=GATEWAY, now=world.now, outcomes=told)
    assert [result.status for result in done] == ["pending", "returned"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, effective_on FROM ledger_entry WHERE source_ref = %s ORDER BY id",
            [payment.public_id],
        )
        assert cursor.fetchall() == [("payment.funded", day), ("payment.returned", day + timedelta(2))]
    assert verify.run(biller_id=world.biller_id) == []


def test_a_contradiction_is_set_aside_and_stops_no_other(world: World) -> None:
    first = world.pay(world.card("4000000000009995"), whole(world.invoice(NewLine("A", 10_000))))
    second = world.pay(world.bank(), [(world.invoice(NewLine("B", 20_000)).public_id, 20_000)])
    told = [
        Outcome(first.id, base.Settled("ch_x"), "event"),
        Outcome(second.id, base.Funded("ch_y", date(2026, 11, 24)), "event"),
    ]
    done = record_results.run(actor=GATEWAY, now=world.now, outcomes=told)
    assert done[0].set_aside == "Settled for a payment that is declined"
    assert (done[0].status, done[1].events) == ("declined", ("payment.funded",))
