"""Two windows, two relatives: what was paid since somebody looked is never paid again without a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.invoices import credit
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.payments.recent import Recent
from counterfoil.flows.schedules import review, schedule_payment
from counterfoil.flows.sharing import act
from tests.factories import later, relatives
from tests.factories.world import World

FIFTY = 5_000
CHANGED = "Something changed since you checked this payment"


def ahead(world: World, method: str) -> PayOrder:
    return PayOrder(world.payer_id, world.account_id, method, Mode.AHEAD, (("", FIFTY),))


def recent(world: World, order: PayOrder) -> tuple[Recent, ...]:
    return prepare.run(actor=world.payer, now=world.now, order=order).recent


@pytest.mark.parametrize("method", ["card", "bank"])
def test_a_part_is_not_paid_twice_from_two_windows(world: World, method: str) -> None:
    invoice = world.invoice()
    saved = world.card() if method == "card" else world.bank()
    order = world.order(saved, [(invoice.public_id, FIFTY)])
    one, other = world.review(order), world.review(order)
    first = submit.run(actor=world.payer, now=world.now, submission=one)

    with pytest.raises(errors.Stale, match=CHANGED):
        submit.run(actor=world.payer, now=world.now, submission=other)
    # The same form again is the same payment still.
    assert submit.run(actor=world.payer, now=world.now, submission=one) == first
    assert world.fresh(invoice).payable_minor == invoice.total_minor - FIFTY

    # Who has seen what is left now, and submits again, pays it.
    again = replace(world.review(order), key=other.key)
    assert submit.run(actor=world.payer, now=world.now, submission=again) != first
    assert world.fresh(invoice).payable_minor == invoice.total_minor - 2 * FIFTY


def test_two_relatives_do_not_both_pay_a_part(world: World) -> None:
    invoice = world.invoice()
    susan = world.payer_actor(world.payer_id, "Susan Whitfield", login_id=77)
    mine = world.review(world.order(world.card(), [(invoice.public_id, FIFTY)]))
    hers = world.review(
        world.order(world.card("5555555555554444"), [(invoice.public_id, FIFTY)]), actor=susan
    )
    submit.run(actor=susan, now=world.now, submission=hers)
    with pytest.raises(errors.Stale, match=CHANGED):
        submit.run(actor=world.payer, now=world.now, submission=mine)


@pytest.mark.parametrize("by_itself", [True, False])
@pytest.mark.parametrize("method", ["card", "bank"])
def test_paying_ahead_twice_from_two_windows_is_asked_about(
    world: World, method: str, *, by_itself: bool
) -> None:
    world.set_portal(credit_applies_by_itself=by_itself)
    order = ahead(world, world.card() if method == "card" else world.bank())
    one, other = world.review(order), world.review(order)
    submit.run(actor=world.payer, now=world.now, submission=one)
    with pytest.raises(errors.Stale, match=CHANGED):
        submit.run(actor=world.payer, now=world.now, submission=other)
    submit.run(actor=world.payer, now=world.now, submission=world.review(order))


def test_a_credit_given_meanwhile_is_looked_at_first(world: World) -> None:
    invoice = world.invoice()
    submission = world.review(world.order(world.card(), [(invoice.public_id, FIFTY)]))
    credit.run(
        actor=OPERATOR, now=world.now, ref=invoice.public_id, amount_minor=10_000, reason="Days away", key="c"
    )
    with pytest.raises(errors.Stale, match=CHANGED):
        submit.run(actor=world.payer, now=world.now, submission=submission)


def test_a_helper_sees_what_is_left_before_paying_a_part(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method)
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    order = world.order(method, [(invoice.public_id, FIFTY)])
    looked = act.review(stand_in=stand_in, now=world.now, order=order)
    world.pay(method, [(invoice.public_id, FIFTY)])

    with pytest.raises(errors.Stale, match=CHANGED):
        act.pay(stand_in=stand_in, now=world.now, order=order, key="k", seen=looked.quote.digest)
    # Of the payer's own payments a helper knows nothing.
    assert act.review(stand_in=stand_in, now=world.now, order=order).recent == ()


def test_a_part_is_not_set_for_later_twice_from_two_windows(world: World) -> None:
    later.open_for_later(world)
    invoice = world.invoice()
    order, on = world.order(world.bank(), [(invoice.public_id, FIFTY)]), date(2026, 12, 1)
    seen = review.run(actor=world.payer, now=world.now, order=order, on=on).digest

    def schedule(key: str) -> str:
        return schedule_payment.run(actor=world.payer, now=world.now, order=order, on=on, key=key, seen=seen)

    first = schedule("one")
    assert schedule("one") == first
    with pytest.raises(errors.Stale, match=CHANGED):
        schedule("two")


def test_the_same_again_within_ten_minutes_is_said_with_one_query(world: World) -> None:
    invoice, card = world.invoice(), world.card()
    order = world.order(card, [(invoice.public_id, FIFTY)])
    assert recent(world, order) == ()
    world.pay(card, [(invoice.public_id, FIFTY)])
    world.sandbox.time.now += timedelta(minutes=3)
    assert recent(world, order) == (Recent(FIFTY, "USD", 3, is_same=True),)
    # Another amount, or with another method, on the same invoice: it is said what was paid.
    more = world.order(card, [(invoice.public_id, 2 * FIFTY)])
    assert recent(world, more) == (Recent(FIFTY, "USD", 3, is_same=False),)
    # Something else entirely is nobody's concern.
    salon = world.invoice()
    assert recent(world, world.order(card, [(salon.public_id, 2 * FIFTY)])) == ()
    assert recent(world, world.order(card, [(salon.public_id, FIFTY)])) == (
        Recent(FIFTY, "USD", 3, is_same=True),
    )
    with CaptureQueriesContext(connection) as caught:
        recent(world, order)
    asked = [query for query in caught.captured_queries if "is_here" in query["sql"]]
    assert len(asked) == 1
    world.sandbox.time.now += timedelta(minutes=7)
    assert recent(world, order) == ()


def test_one_that_failed_is_not_warned_of(world: World) -> None:
    invoice, card = world.invoice(), world.card("4000000000009995")
    assert world.pay(card, [(invoice.public_id, FIFTY)]).public_status == "Declined"
    assert recent(world, world.order(card, [(invoice.public_id, FIFTY)])) == ()


def test_who_has_a_share_learns_nothing_of_what_the_others_paid(world: World) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    world.pay(world.card(), [(invoice.public_id, FIFTY)])
    order = world.order(world.card(actor=sister), [(invoice.public_id, FIFTY)], actor=sister)
    assert prepare.run(actor=sister, now=world.now, order=order).recent == ()
    # The other way round the addressee is told, as the invoice's own page does.
    submit.run(actor=sister, now=world.now, submission=world.review(order, actor=sister))
    mine = recent(world, world.order(world.card(), [(invoice.public_id, 2 * FIFTY)]))
    assert [each.amount_minor for each in mine] == [FIFTY, FIFTY]
