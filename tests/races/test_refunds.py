"""Money given back while something else happens: once, never above what was paid, and the books stay whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.refunds import give_back, resolve
from counterfoil.flows.refunds.give_back import Wish
from counterfoil.invoices.drafts import NewLine
from counterfoil.payments.queries import PaymentRow
from tests.factories.outcomes import live
from tests.factories.refunds import refund, refunds_of, wish
from tests.factories.world import World
from tests.races.conftest import Act, Race
from tests.races.test_payments import assert_sound, count, whole

pytestmark = pytest.mark.django_db(transaction=True)
MEETINGS = ["", "commit.before", "commit.after", "refund.before", "refund.after"]


def giving(world: World, payment: PaymentRow, form: Wish) -> Act:
    return lambda: give_back.run(actor=world.staff, now=world.now, ref=payment.public_id, wish=form)


@pytest.mark.parametrize("meet_at", MEETINGS)
def test_a_double_click_is_one_refund(world: World, race: Race, meet_at: str) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    click = giving(world, payment, wish(world, payment, 120_000))
    first, second = race(click, click, meet_at=meet_at)
    assert first == second
    assert world.sandbox.movements() == [("capture", 320_000), ("refund", -120_000)]
    assert world.outstanding == 120_000
    assert count(world, "notices_notice", "key = 'payment_refunded'") == 1
    assert_sound(world)


@pytest.mark.parametrize("meet_at", MEETINGS)
def test_two_members_of_staff_give_the_same_back_once(world: World, race: Race, meet_at: str) -> None:
    """Both saw that $3,200.00 can go back. The second is told that it changed."""
    payment = world.pay(world.card(), whole(world.invoice()))
    forms = [wish(world, payment, 320_000, key=key) for key in ("one", "other")]
    ended = race(*(giving(world, payment, form) for form in forms), meet_at=meet_at)
    assert sum(isinstance(each, errors.Refused) for each in ended) == 1, ended
    assert world.sandbox.movements() == [("capture", 320_000), ("refund", -320_000)]
    assert world.payment(payment.public_id).public_status == "Refunded"
    assert_sound(world)


@pytest.mark.parametrize("ends_first", [0, 1, None], ids=["answer first", "webhook first", "at once"])
def test_the_webhook_against_the_answer(world: World, race: Race, ends_first: int | None) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    world.deliver()
    form = wish(world, payment, 320_000)
    _ref, delivered = race.crossing(
        giving(world, payment, form),
        world.deliver,
        at=("refund.after", "refund_look_up.after"),
        ends_first=ends_first,
    )
    assert delivered == 1
    assert world.payment(payment.public_id).public_status == "Refunded"
    assert count(world, "ledger_entry", "kind = 'refund.paid'") == 1
    assert count(world, "notices_notice", "key = 'payment_refunded'") == 1
    assert_sound(world)


@pytest.mark.parametrize("meet_at", ["", "commit.before", "refund_look_up.after", "refund_fence.after"])
def test_two_workers_ask_about_a_lost_one(world: World, race: Race, meet_at: str) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    world.sandbox.arm("answer_lost_before", on="refund")
    refund(world, payment, 320_000)
    world.sandbox.wait(minutes=2)

    def work() -> int:
        return resolve.run(actor=WORKER, now=world.now, biller_id=world.biller_id)

    ended = race(work, work, meet_at=meet_at)
    assert not [each for each in ended if isinstance(each, Exception)], ended
    assert [row.status for row in refunds_of(world, payment)] == ["failed"]
    assert count(world, "ledger_entry", "kind = 'refund.failed'") == 1
    assert world.outstanding == 0, "its credit paid the bill again"
    assert_sound(world)


@pytest.mark.parametrize("ends_first", [0, 1, None], ids=["refund first", "return first", "at once"])
def test_a_debit_is_given_back_while_the_bank_returns_it(
    world: World, race: Race, ends_first: int | None
) -> None:
    """Either the refund is refused, or the money is out twice and the books say how much."""
    payment = world.pay(world.bank("000910030"), whole(world.invoice(NewLine("Rent", 100_000))))
    live(world, until=(payment.paid_on or world.today) + timedelta(days=1))
    form = wish(world, payment, 40_000)
    world.sandbox.wait(days=40)
    ended, _delivered = race.crossing(
        giving(world, payment, form),
        world.deliver,
        at=("commit.before", "look_up.after"),
        ends_first=ends_first,
    )
    # The gateway itself does not give back what was returned: then it is a refund that failed.
    world.deliver()
    assert world.payment(payment.public_id).status == "returned"
    statuses = [row.status for row in refunds_of(world, payment)]
    assert statuses == ["failed"] if isinstance(ended, str) else isinstance(ended, errors.Stale)
    assert world.outstanding == 100_000
    assert_sound(world)


@pytest.mark.parametrize("meet_at", ["", "commit.before"])
def test_what_is_left_over_goes_back_or_pays_a_bill(world: World, race: Race, meet_at: str) -> None:
    """$300.00 were paid too much. They are refunded, or pay the bill that is issued now; not both."""
    payment = world.pay(world.card(), [(world.invoice(NewLine("Meals", 1_000)).public_id, 31_000)])
    form = wish(world, payment, 30_000)
    ended, invoice = race(
        giving(world, payment, form),
        lambda: world.invoice(NewLine("Rent", 100_000)),
        meet_at=meet_at,
    )
    went = 0 if isinstance(ended, errors.Refused) else 30_000
    assert world.fresh(invoice).open_minor == 70_000 + went
    assert world.payment(payment.public_id).refunded_minor == went
    assert_sound(world)
