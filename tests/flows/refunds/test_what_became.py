"""What becomes of refunds: answers that are lost, gateways that refuse, money that comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import catch_up, reconcile, verify
from counterfoil.flows.refunds import record, resolve
from counterfoil.gateways.refunds import Refunded, RefundFailed
from counterfoil.invoices.drafts import NewLine
from counterfoil.notices import rendering
from counterfoil.notices.models import Notice
from counterfoil.payments.queries import PaymentRow
from tests.factories.outcomes import assert_sound, books, cut_off, live, notices, whole
from tests.factories.refunds import ask, refund, refunds_of
from tests.factories.world import World

SLOW_CARD, COMES_BACK = "4000000000007726", "4000000000005126"
REFUSES = "000666666661"


def paid(world: World, number: str = "4242424242424242") -> PaymentRow:
    return world.pay(world.card(number), whole(world.invoice()))


def status(world: World, payment: PaymentRow) -> str:
    [row] = refunds_of(world, payment)
    return row.status


@pytest.mark.parametrize(
    ("fault", "became"), [("answer_lost_after", "refunded"), ("answer_lost_before", "failed")]
)
def test_a_lost_answer_is_asked_for_and_fenced(world: World, fault: str, became: str) -> None:
    """Unknown is a state: it ends by what the gateway has, or by a fence, and the refund is never sent again."""
    payment = paid(world)
    world.sandbox.arm(fault, on="refund")
    assert refund(world, payment, 320_000).status == "unknown"
    assert resolve.run(actor=WORKER, now=world.now, biller_id=world.biller_id) == 0, (
        "its caller is still at it"
    )
    ask(world, minutes=2)
    assert status(world, payment) == became
    assert world.sandbox.movements()[1:] == [("refund", -320_000)] * (became == "refunded")
    assert_sound(world)


def test_one_that_was_carried_out_after_it_was_not_found_is_kept_out_by_the_fence(world: World) -> None:
    payment = paid(world)
    world.sandbox.arm("delayed_execution", on="refund", seconds=90)
    refund(world, payment, 320_000)
    ask(world, minutes=1, seconds=5)
    assert status(world, payment) == "failed"
    world.sandbox.wait(minutes=5)
    world.deliver()
    assert world.sandbox.movements() == [("capture", 320_000)]
    assert_sound(world)


def test_a_gateway_that_is_away_keeps_it_unknown(world: World) -> None:
    payment = paid(world)
    cut_off(world)
    refund(world, payment, 320_000)
    ask(world, minutes=2)
    ask(world, minutes=10)
    assert (status(world, payment), books(world)["refunds_payable"]) == ("unknown", -320_000)
    cut_off(world, down=False)
    ask(world, hours=2)
    assert status(world, payment) == "failed"
    assert_sound(world)


def test_what_the_bank_does_not_take_is_the_payers_credit(world: World) -> None:
    """Refused after two bank days: no money left, and the credit pays the bill that was owed again."""
    invoice = world.invoice()
    payment = world.pay(world.bank(REFUSES), whole(invoice))
    live(world, until=(payment.paid_on or world.today) + timedelta(days=1))
    refund(world, payment, 320_000)
    assert world.outstanding == 320_000
    live(world, until=world.today + timedelta(days=6))
    [row] = refunds_of(world, payment)
    assert (row.public_status, row.reason_code) == ("Failed", "R02")
    after = world.payment(payment.public_id)
    assert (after.public_status, after.refunded_total_minor) == ("Paid", 0)
    assert (world.outstanding, world.fresh(invoice).status) == (0, "paid")
    assert "payment_refunded" not in notices(world, payment.public_id)
    assert_sound(world)


def test_what_left_and_came_back_is_the_payers_credit_and_said(world: World) -> None:
    world.set_portal(credit_applies_by_itself=False)
    payment = paid(world, COMES_BACK)
    assert refund(world, payment, 320_000).public_status == "Refunded"
    assert world.payment(payment.public_id).public_status == "Refunded"
    live(world, until=world.today + timedelta(days=6))
    after = world.payment(payment.public_id)
    assert (status(world, payment), after.public_status, after.kept_minor) == ("failed", "Paid", 320_000)
    assert (books(world)["unapplied_credit"], world.outstanding) == (-320_000, 320_000)
    assert notices(world, payment.public_id) == ["payment_receipt", "payment_refunded", "refund_came_back"]
    assert_sound(world)


def test_a_lost_event_is_made_up_for_by_the_books(world: World) -> None:
    """The refund came back, and nobody told us: the hourly comparison asks about it."""
    payment = paid(world, COMES_BACK)
    refund(world, payment, 320_000)
    world.sandbox.wait(days=6)
    lost = world.sandbox.due()
    world.sandbox.app.sandbox.outbox.delivered([delivery.seq for delivery in lost], world.now)
    [difference] = reconcile.run(actor=WORKER, biller_id=world.biller_id).differences
    assert (difference.ours_minor, difference.theirs_minor, difference.is_explained) == (-320_000, 0, True)
    assert "came back" in difference.why
    assert catch_up.run(actor=WORKER, now=world.now, biller_id=world.biller_id) == 1
    assert status(world, payment) == "failed"
    assert_sound(world)


def test_one_on_its_way_is_asked_about_once_a_day(world: World) -> None:
    payment = paid(world, SLOW_CARD)
    assert refund(world, payment, 320_000).status == "pending"
    ask(world, hours=23)
    assert status(world, payment) == "pending"
    ask(world, days=3)
    assert status(world, payment) == "refunded"
    assert_sound(world)


def test_a_second_refund_is_born_while_the_first_is_unknown(world: World) -> None:
    """What the first took is taken: the two together never exceed what was paid."""
    payment = paid(world)
    world.sandbox.arm("answer_lost_after", on="refund")
    refund(world, payment, 200_000, key="first")
    with pytest.raises(errors.Invalid, match="not more than"):
        refund(world, payment, 120_001, key="second")
    refund(world, payment, 120_000, key="third")
    ask(world, minutes=2)
    assert world.payment(payment.public_id).public_status == "Refunded"
    assert_sound(world)


def test_an_answer_that_cannot_be_written_down_holds_up_no_other(world: World) -> None:
    """A gateway's reference of any length: one refund keeps waiting, the one after it is recorded."""
    first, second = paid(world, SLOW_CARD), paid(world, SLOW_CARD)
    rows = [refund(world, payment, 320_000) for payment in (first, second)]
    answers = [(rows[0].id, Refunded("re_" + "9" * 200)), (rows[1].id, Refunded("re_2"))]
    record.run(actor=WORKER, now=world.now, answers=answers, source="look_up")
    assert [status(world, payment) for payment in (first, second)] == ["pending", "refunded"]
    assert verify.run(biller_id=world.biller_id) == []


@pytest.mark.parametrize("refunded_first", [True, False], ids=["it had left", "it is on its way"])
def test_a_debit_that_was_given_back_and_is_returned_by_the_bank_too(
    world: World, refunded_first: bool
) -> None:
    """R10 up to sixty days later: the money is out twice, and the books say so in an account of its own."""
    payment = world.pay(world.bank("000910030"), whole(world.invoice(NewLine("Rent", 100_000))))
    live(world, until=(payment.paid_on or world.today) + timedelta(days=1))
    row = refund(world, payment, 40_000)
    assert row.status == "pending"
    if refunded_first:
        live(world, until=world.today + timedelta(days=6))
        assert status(world, payment) == "refunded"
    live(world, until=world.today + timedelta(days=40))
    assert world.payment(payment.public_id).status == "returned"
    assert status(world, payment) == "refunded"
    assert world.outstanding == 100_000
    assert books(world) == {
        "clearing": -40_000,
        "receivable": 100_000,
        "refunds_lost": 40_000,
        "revenue": -100_000,
    }
    assert_sound(world)


def test_what_comes_back_of_a_returned_debit_is_ours_and_no_credit(world: World) -> None:
    """All was refunded, then the bank sent the debit back too, then the refund came back: who has what, and is told."""
    payment = world.pay(world.bank("000910030"), whole(world.invoice(NewLine("Rent", 100_000))))
    live(world, until=(payment.paid_on or world.today) + timedelta(days=1))
    row = refund(world, payment, 100_000)
    live(world, until=world.today + timedelta(days=40))
    assert world.payment(payment.public_id).status == "returned"
    assert "open again" not in said("payment_returned"), "the refund had opened it already"
    answers = [(row.id, RefundFailed("re_1", "R02"))]
    record.run(actor=WORKER, now=world.now, answers=answers, source="event")
    assert books(world) == {"receivable": 100_000, "revenue": -100_000}
    assert "sent it back to Maple Court" in said("refund_came_back")
    assert "credit" not in said("refund_came_back")
    assert verify.run(biller_id=world.biller_id) == []


def said(key: str) -> str:
    """What the latest message of a kind says."""
    sent = Notice.objects.filter(key=key).latest("pk")
    return rendering.render(
        key=key, data=sent.data, locale="en", zone="America/Chicago", code="K7QM-4XPD"
    ).text
