"""The flat fee of a card payment made by choice: on top of what is paid, told before, and never on the account."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from counterfoil.agreements.models import Authorization
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.birth import Born
from counterfoil.flows.payments.orders import Mode
from counterfoil.invoices.drafts import NewLine
from counterfoil.ledger import queries as ledger_queries
from counterfoil.notices import models as notice_models
from tests.factories.world import World

HUNDRED = NewLine("Podiatry", 10_000)


@pytest.fixture(autouse=True)
def _priced(world: World) -> None:
    world.set_payments(card_fee_minor=295)


def books(world: World) -> dict[str, int]:
    sums = ledger_queries.balances(actor=WORKER, biller_id=world.biller_id)
    return {code: amount for code, amount in sums.items() if amount}


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def test_a_hundred_dollars_by_card_cost_two_ninety_five_more(world: World) -> None:
    invoice = world.invoice(HUNDRED)
    reviewed = prepare.run(actor=world.payer, now=world.now, order=world.order(world.card())).quote
    assert (reviewed.amount_minor, reviewed.fee_minor, reviewed.total_minor) == (10_000, 295, 10_295)
    assert "charge $102.95 once" in reviewed.text.body
    assert "Amount $100.00, fee $2.95, total $102.95." in reviewed.text.body
    payment = world.pay(world.card())
    assert (payment.amount_minor, payment.fee_minor, payment.total_minor) == (10_000, 295, 10_295)
    assert world.sandbox.movements() == [("capture", 10_295)]
    assert books(world) == {"clearing": 10_295, "fee_income": -295, "revenue": -10_000}
    assert (world.fresh(invoice).open_minor, world.outstanding) == (0, 0)
    assert_sound(world)


def test_it_is_charged_under_an_authorization_of_the_whole(world: World) -> None:
    world.invoice(HUNDRED)
    payment = world.pay(world.card())
    given = Authorization.objects.get(pk=payment.authorization_id)
    assert (given.amount_minor, "fee $2.95" in given.text) == (10_295, True)


def test_the_receipt_has_invoice_fee_and_total(world: World) -> None:
    world.invoice(HUNDRED)
    payment = world.pay(world.card())
    data = notice_models.Notice.objects.get(subject_ref=payment.public_id, key="payment_receipt").data
    assert [line["amount_minor"] for line in data["lines"]] == [10_000]
    assert (data["fee_minor"], data["total_minor"]) == (295, 10_295)


def test_a_bank_account_is_free(world: World) -> None:
    world.invoice(HUNDRED)
    payment = world.pay(world.bank())
    assert (payment.fee_minor, payment.total_minor) == (0, 10_000)
    assert_sound(world)


def test_a_payment_ahead_costs_it_too_and_all_the_rest_is_credit(world: World) -> None:
    order = replace(world.order(world.card()), mode=Mode.AHEAD, amounts=(("", 5_000),))
    submit.run(actor=world.payer, now=world.now, submission=world.review(order))
    assert books(world) == {"clearing": 5_295, "fee_income": -295, "unapplied_credit": -5_000}
    assert_sound(world)


def test_a_declined_card_costs_nothing_and_the_next_try_costs_one_fee(world: World) -> None:
    world.invoice(HUNDRED)
    declined = world.pay(world.card("4000000000009995"))
    assert declined.public_status == "Declined"
    assert (books(world), world.sandbox.movements()) == ({"receivable": 10_000, "revenue": -10_000}, [])
    world.pay(world.card())
    assert books(world)["fee_income"] == -295
    assert_sound(world)


@pytest.mark.parametrize(
    ("changed", "said"),
    [(350, r"The fee for this payment is now \$3\.50"), (0, "This payment has no fee any more")],
)
def test_a_fee_that_changed_since_the_review_is_told_of_and_nothing_is_charged(
    world: World, changed: int, said: str
) -> None:
    world.invoice(HUNDRED)
    submission = world.review(world.order(world.card()))
    world.set_payments(card_fee_minor=changed)
    with pytest.raises(errors.Stale, match=said):
        submit.run(actor=world.payer, now=world.now, submission=submission)
    assert world.sandbox.movements() == []
    fresh = world.review(submission.order)
    payment = world.payment(submit.run(actor=world.payer, now=world.now, submission=fresh))
    assert payment.fee_minor == changed


def test_a_mark_that_was_typed_over_buys_nothing(world: World) -> None:
    world.invoice(HUNDRED)
    submission = world.review(world.order(world.card()))
    assert submission.seen.endswith("_295")
    free = replace(submission, seen=submission.seen.removesuffix("295") + "0")
    with pytest.raises(errors.Stale, match=r"now \$2\.95"):
        submit.run(actor=world.payer, now=world.now, submission=free)
    assert world.sandbox.movements() == []


def test_what_recurs_has_no_fee_whoever_asks_for_it(world: World) -> None:
    world.invoice(HUNDRED)
    reviewed = replace(world.review(world.order(world.card())), origin="pull")
    [refused] = submit.many(actor=OPERATOR, now=world.now, submissions=[reviewed])
    assert isinstance(refused, errors.Stale)
    free = replace(world.review(replace(reviewed.order, most_fee_minor=0)), origin="pull")
    [born] = submit.many(actor=OPERATOR, now=world.now, submissions=[free])
    assert isinstance(born, Born)
    assert (world.payment(born.public_id).fee_minor, world.sandbox.movements()) == (0, [("capture", 10_000)])
    assert_sound(world)


def test_the_proof_finds_a_fee_that_is_not_in_the_books(world: World) -> None:
    world.invoice(HUNDRED)
    payment = world.pay(world.card())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_payment SET fee_minor = 290 WHERE id = %s", [payment.id])
    assert [found.proof for found in verify.run(biller_id=world.biller_id)] == [
        "The fees in the books are those that were charged"
    ]


def test_the_proof_finds_a_fee_of_what_must_be_free(world: World) -> None:
    world.invoice(HUNDRED)
    payment = world.pay(world.card())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_payment SET origin = 'autopay' WHERE id = %s", [payment.id])
    assert [found.proof for found in verify.run(biller_id=world.biller_id)] == [
        "A bank account, autopay and collecting cost no fee"
    ]
