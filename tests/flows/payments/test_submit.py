"""A payer submits a payment: what it comes to, what it claims, what it leaves behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.payments import prepare, submit
from counterfoil.invoices.drafts import NewLine
from counterfoil.ledger import queries as ledger_queries
from tests.factories.world import World


def books(world: World) -> dict[str, int]:
    sums = ledger_queries.balances(actor=WORKER, biller_id=world.biller_id)
    return {code: amount for code, amount in sums.items() if amount}


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def test_a_card_pays_an_invoice_in_full(world: World) -> None:
    invoice = world.invoice(NewLine("Monthly rent", 320_000), NewLine("Medication management", 18_500))
    payment = world.pay(world.card(), [(invoice.public_id, 338_500)])
    assert (payment.public_status, payment.amount_minor) == ("Paid", 338_500)
    paid = world.fresh(invoice)
    assert (paid.status, paid.open_minor, paid.pending_minor) == ("paid", 0, 0)
    assert books(world) == {"clearing": 338_500, "revenue": -338_500}
    assert world.outstanding == 0
    assert_sound(world)


def test_a_bank_debit_is_pending_until_the_time_for_returns_has_passed(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank(), [(invoice.public_id, 320_000)])
    assert payment.public_status == "Pending"
    waiting = world.fresh(invoice)
    assert (waiting.open_minor, waiting.pending_minor) == (320_000, 320_000)
    assert waiting.shown_status(world.today) == "Payment pending"
    assert world.outstanding == 0
    assert books(world) == {"receivable": 320_000, "revenue": -320_000}
    # Friday, November 20: taken on Monday, four bank days later is Monday, because of Thanksgiving.
    assert [day.isoformat() for day in (payment.effective_on, payment.paid_on or payment.effective_on)] == [
        "2026-11-23",
        "2026-11-30",
    ]
    assert_sound(world)


def test_outstanding_balance_is_spread_oldest_due_first(world: World) -> None:
    late = world.invoice(NewLine("October", 10_000), due_in=-20)
    soon = world.invoice(NewLine("November", 25_000), due_in=5)
    payment = world.pay(world.card())
    assert payment.amount_minor == 35_000
    assert [world.fresh(i).status for i in (late, soon)] == ["paid", "paid"]
    assert_sound(world)


def test_a_declined_card_leaves_everything_as_it_was(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card("4000000000009995"), [(invoice.public_id, 320_000)])
    assert (payment.public_status, payment.decline_class) == ("Declined", "soft_funds")
    left = world.fresh(invoice)
    assert (left.open_minor, left.pending_minor, world.outstanding) == (320_000, 0, 320_000)
    again = world.pay(world.card(), [(invoice.public_id, 320_000)])
    assert again.public_status == "Paid"
    assert_sound(world)


def test_the_same_key_again_is_the_same_payment(world: World) -> None:
    invoice = world.invoice()
    submission = world.review(world.order(world.card(), [(invoice.public_id, 320_000)]))
    first = submit.run(actor=world.payer, now=world.now, submission=submission)
    assert submit.run(actor=world.payer, now=world.now, submission=submission) == first
    assert world.sandbox.movements() == [("capture", 320_000)]


def test_the_same_key_with_another_review_is_refused(world: World) -> None:
    invoice = world.invoice()
    submission = world.review(world.order(world.card(), [(invoice.public_id, 320_000)]))
    submit.run(actor=world.payer, now=world.now, submission=submission)
    with pytest.raises(errors.Stale, match="changed in another tab"):
        submit.run(actor=world.payer, now=world.now, submission=replace(submission, seen="something else"))


def test_a_stale_page_is_refused_and_nothing_moves(world: World) -> None:
    invoice = world.invoice()
    method = world.card()
    stale = world.review(world.order(method, [(invoice.public_id, 320_000)]))
    world.pay(method, [(invoice.public_id, 120_000)])
    with pytest.raises(errors.Refused):
        submit.run(actor=world.payer, now=world.now, submission=stale)
    assert world.fresh(invoice).open_minor == 200_000
    assert world.sandbox.movements() == [("capture", 120_000)]


def test_someone_else_paid_a_minute_ago(world: World) -> None:
    invoice = world.invoice()
    world.pay(world.card(), [(invoice.public_id, 320_000)])
    order = world.order(world.card("5555555555554444"), [(invoice.public_id, 320_000)])
    with pytest.raises(errors.Stale, match="Someone paid this a minute ago"):
        prepare.run(actor=world.payer, now=world.now, order=order)


def test_two_relatives_see_each_other_before_submit(world: World) -> None:
    invoice = world.invoice()
    method = world.card()
    susan = world.payer_actor(world.payer_id, "Susan Whitfield", login_id=77)
    world.review(world.order(method, [(invoice.public_id, 320_000)], actor=susan), actor=susan)
    seen = prepare.run(
        actor=world.payer, now=world.now, order=world.order(method, [(invoice.public_id, 320_000)])
    )
    assert seen.others == ("Susan Whitfield",)


def test_paying_ahead_becomes_credit_and_pays_the_next_invoice(world: World) -> None:
    invoice = world.invoice(NewLine("November", 50_000))
    world.pay(world.card(), [(invoice.public_id, 80_000)])
    assert books(world) == {"clearing": 80_000, "revenue": -50_000, "unapplied_credit": -30_000}
    following = world.invoice(NewLine("December", 100_000))
    assert world.fresh(following).open_minor == 70_000
    assert world.outstanding == 70_000
    assert books(world) == {"clearing": 80_000, "revenue": -150_000, "receivable": 70_000}
    assert_sound(world)


def test_a_biller_that_takes_no_prepayment_says_how_much_it_takes(world: World) -> None:
    world.set_portal(prepayment_allowed=False)
    invoice = world.invoice(NewLine("November", 50_000))
    order = world.order(world.card(), [(invoice.public_id, 50_001)])
    with pytest.raises(errors.Invalid, match=r"Enter \$500\.00 or less\.") as refusal:
        prepare.run(actor=world.payer, now=world.now, order=order)
    assert refusal.value.field == invoice.public_id


def test_another_persons_method_cannot_be_used(world: World) -> None:
    _, payer_id = world.add_resident("Howard Marsh")
    other = world.payer_actor(payer_id, "Howard Marsh")
    theirs = world.card(actor=other)
    invoice = world.invoice()
    with pytest.raises(errors.Invalid) as refusal:
        prepare.run(
            actor=world.payer, now=world.now, order=world.order(theirs, [(invoice.public_id, 320_000)])
        )
    assert refusal.value.field == "method"


def test_a_person_without_access_cannot_pay(world: World) -> None:
    invoice = world.invoice()
    _, payer_id = world.add_resident("Howard Marsh")
    stranger = world.payer_actor(payer_id, "Howard Marsh")
    order = world.order(world.card(), [(invoice.public_id, 320_000)])
    with pytest.raises(errors.NotPermitted):
        prepare.run(actor=stranger, now=world.now, order=order)
