"""What the gateway has under our key is compared with the payment before it is recorded (WH-04).

How it fails: a gateway (or its mapping) hands us somebody else's charge, another amount, another currency. Recording
it would call an invoice paid that is not. So nothing is posted, the payment stays unknown, and a person is told.
"""

from __future__ import annotations

import logging

import pytest
from django.db import connection

from counterfoil.core.actor import GATEWAY
from counterfoil.flows.books import verify
from counterfoil.flows.payments import record_results
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.gateways import base
from counterfoil.payments.queries import PaymentRow
from tests.factories.world import World


def unanswered(world: World) -> PaymentRow:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_before")
    return world.pay(world.card(), [(invoice.public_id, invoice.total_minor)])


def figures(payment: PaymentRow, **changes: object) -> base.Figures:
    values = {
        "amount_minor": payment.total_minor, "currency": payment.currency, "reference": payment.public_id,
    }  # fmt: skip
    return base.Figures(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [{"amount_minor": 1}, {"currency": "CAD"}, {"reference": "pay_somebody_else"}],
)
def test_another_charge_under_our_key_is_set_aside(
    world: World, caplog: pytest.LogCaptureFixture, changes: dict[str, object]
) -> None:
    payment = unanswered(world)
    told = base.Settled("ch_1", figures=figures(payment, **changes))
    with caplog.at_level(logging.ERROR):
        [done] = record_results.run(
            actor=GATEWAY, now=world.now, outcomes=[Outcome(payment.id, told, "look_up")]
        )
    [name] = changes
    assert name in done.set_aside
    assert (done.status, done.events) == ("unknown", ())
    assert any("set aside" in record.getMessage() for record in caplog.records)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE source_ref = %s", [payment.public_id])
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM audit_event WHERE action = 'payment.set_aside' AND object_ref = %s",
            [payment.public_id],
        )
        assert cursor.fetchone() == (1,)
    assert verify.run(biller_id=world.biller_id) == []


def test_the_same_figures_are_recorded(world: World) -> None:
    payment = unanswered(world)
    told = base.Settled("ch_1", figures=figures(payment))
    [done] = record_results.run(actor=GATEWAY, now=world.now, outcomes=[Outcome(payment.id, told, "look_up")])
    assert (done.status, done.set_aside) == ("settled", "")


def test_a_contradicting_answer_leaves_a_payment_to_be_confirmed(world: World) -> None:
    """While it is being submitted: the payer reads that it is being confirmed, and nothing is charged again."""
    invoice = world.invoice()
    submission = world.review(world.order(world.card(), [(invoice.public_id, invoice.total_minor)]))
    assert submission.key
    payment = world.pay(world.card(), [(invoice.public_id, invoice.total_minor)])
    assert payment.status == "settled"
    told = base.Returned("ch_1", "R01", payment.submitted_on, figures=figures(payment, amount_minor=7))
    [done] = record_results.run(actor=GATEWAY, now=world.now, outcomes=[Outcome(payment.id, told, "event")])
    assert (done.status, done.events) == ("settled", ())
    assert "amount_minor" in done.set_aside


def test_an_address_of_any_length_is_kept(world: World) -> None:
    payment = unanswered(world)
    url = "https://bank.example/" + "a" * 1500
    told = base.ActionNeeded("ch_1", url)
    record_results.run(actor=GATEWAY, now=world.now, outcomes=[Outcome(payment.id, told, "look_up")])
    assert world.payment(payment.public_id).action_url == url
