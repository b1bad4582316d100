"""Staff give money back: where it is taken from, what the bills say then, and who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from counterfoil.core import db, errors
from counterfoil.core.actor import Actor, ActorKind, StaffGrant
from counterfoil.flows.refunds import give_back
from counterfoil.flows.refunds.give_back import Wish
from counterfoil.identity import permissions
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers.models import Payer
from tests.factories.outcomes import assert_sound, books, live, notices, whole
from tests.factories.refunds import give, refund, refunds_of, wish
from tests.factories.world import World


def test_all_of_a_card_payment_goes_back_and_the_bill_is_owed_again(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card(), whole(invoice))
    gone = give(world, payment, wish(world, payment, 320_000, reason="Paid for the wrong month"))
    assert (gone.public_status, gone.refunded_on) == ("Refunded", world.today)
    after = world.payment(payment.public_id)
    assert (after.public_status, after.kept_minor, after.settled_at) == ("Refunded", 0, payment.settled_at)
    assert (world.fresh(invoice).open_minor, world.outstanding) == (320_000, 320_000)
    assert world.sandbox.movements() == [("capture", 320_000), ("refund", -320_000)]
    assert books(world) == {"receivable": 320_000, "revenue": -320_000}
    assert notices(world, payment.public_id) == ["payment_receipt", "payment_refunded"]
    assert_sound(world)


def test_a_part_leaves_it_paid_and_says_how_much_went_back(world: World) -> None:
    """$3,200.00 were paid and $1,250.00 go back, then the rest."""
    invoice = world.invoice()
    payment = world.pay(world.card(), whole(invoice))
    refund(world, payment, 125_000, key="first")
    after = world.payment(payment.public_id)
    assert (after.public_status, after.refunded_total_minor, after.kept_minor) == ("Paid", 125_000, 195_000)
    assert (world.fresh(invoice).status, world.outstanding) == ("open", 125_000)
    refund(world, payment, 195_000, key="rest")
    assert world.payment(payment.public_id).public_status == "Refunded"
    assert world.outstanding == 320_000
    assert_sound(world)


def test_what_is_left_over_goes_first_and_then_what_was_paid_last(world: World) -> None:
    """Paid: $1,000.00 and $500.00 of bills, $300.00 too much. $400.00 go back: those, and $100.00 of the second."""
    first, second = world.invoice(NewLine("October", 100_000)), world.invoice(NewLine("November", 50_000))
    typed = [(first.public_id, 100_000), (second.public_id, 80_000)]
    payment = world.pay(world.card(), typed)
    plan = give_back.review(
        actor=world.staff,
        ref=payment.public_id,
        wish=Wish(40_000, False, False, ""),
    )
    assert plan.credit_minor == 30_000
    assert [(part.invoice_id, part.amount_minor, part.rest_minor) for part in plan.invoices] == [
        (second.id, 10_000, 40_000)
    ]
    refund(world, payment, 40_000)
    assert [world.fresh(each).open_minor for each in (first, second)] == [0, 10_000]
    assert "unapplied_credit" not in books(world)
    assert_sound(world)


def test_the_bill_can_be_lowered_instead_of_owed_again(world: World) -> None:
    """A resident moved out: $1,200.00 of the rent were not for her to pay."""
    invoice = world.invoice()
    payment = world.pay(world.card(), whole(invoice))
    give(world, payment, wish(world, payment, 120_000, lowers=True))
    after = world.fresh(invoice)
    assert (after.open_minor, after.status) == (0, "paid")
    assert books(world) == {"clearing": 200_000, "revenue": -200_000}
    assert_sound(world)


def test_a_bill_that_one_payment_pays_twice_is_lowered_once(world: World) -> None:
    """$100.00 of the rent were chosen, and the $300.00 too much for meals went to it too. All of it goes back."""
    rent, meals = world.invoice(NewLine("Rent", 100_000)), world.invoice(NewLine("Meals", 1_000))
    payment = world.pay(world.card(), [(rent.public_id, 10_000), (meals.public_id, 31_000)])
    assert world.fresh(rent).open_minor == 60_000
    give(world, payment, wish(world, payment, 41_000, lowers=True))
    assert [world.fresh(each).open_minor for each in (rent, meals)] == [60_000, 0]
    assert books(world) == {"receivable": 60_000, "revenue": -60_000}
    assert_sound(world)


def test_the_fee_goes_back_where_staff_say_so(world: World) -> None:
    world.set_payments(card_fee_minor=295)
    payment = world.pay(world.card(), whole(world.invoice()))
    give(world, payment, wish(world, payment, 100_000, key="part"))
    assert books(world)["fee_income"] == -295
    give(world, payment, wish(world, payment, 220_000, fee=True, key="rest"))
    after = world.payment(payment.public_id)
    assert (after.public_status, after.kept_minor, after.refunded_fee_minor) == ("Refunded", 0, 295)
    assert "fee_income" not in books(world)
    assert world.sandbox.movements()[1:] == [("refund", -100_000), ("refund", -220_295)]
    assert_sound(world)


def test_a_bank_debit_that_is_paid_goes_back_in_two_bank_days(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank(), whole(invoice))
    live(world, until=(payment.paid_on or world.today) + timedelta(days=1))
    on_its_way = refund(world, payment, 320_000)
    assert (on_its_way.public_status, on_its_way.expected_on is not None) == ("Pending", True)
    assert world.payment(payment.public_id).public_status == "Paid"
    assert (world.outstanding, books(world)["refunds_payable"]) == (320_000, -320_000)
    assert "payment_refunded" not in notices(world, payment.public_id)
    live(world, until=(on_its_way.expected_on or world.today) + timedelta(days=2))
    assert world.payment(payment.public_id).public_status == "Refunded"
    assert "payment_refunded" in notices(world, payment.public_id)
    assert_sound(world)


def test_a_payer_without_an_address_is_told_nothing(world: World) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    with db.transaction():
        Payer.objects.filter(pk=world.payer_id).update(email="")
    assert refund(world, payment, 320_000).public_status == "Refunded"
    assert notices(world, payment.public_id) == ["payment_receipt"]


# -- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, -1, 320_001])
def test_no_more_than_was_paid(world: World, amount: int) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    with pytest.raises(errors.Invalid, match="above zero") as refused:
        refund(world, payment, amount)
    assert refused.value.field == "amount"


def test_what_is_not_paid_is_not_given_back(world: World) -> None:
    payment = world.pay(world.bank(), whole(world.invoice()))
    with pytest.raises(errors.Stale, match="Only a payment that is Paid"):
        refund(world, payment, 100)


def test_the_same_form_twice_is_one_refund(world: World) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    form = wish(world, payment, 100_000)
    assert give(world, payment, form) == give(world, payment, form)
    with pytest.raises(errors.Stale, match="used already"):
        give_back.run(
            actor=world.staff, now=world.now, ref=payment.public_id, wish=replace(form, amount_minor=99_999)
        )
    assert len(refunds_of(world, payment)) == 1


def test_another_form_that_was_reviewed_before_is_shown_anew(world: World) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    one, other = (wish(world, payment, 200_000, key=key) for key in ("one", "other"))
    give(world, payment, one)
    with pytest.raises(errors.Refused):
        give(world, payment, other)
    assert world.payment(payment.public_id).refunded_minor == 200_000


def test_credit_that_was_spent_meanwhile_is_shown_anew(world: World) -> None:
    """$300.00 were left over when staff looked; a new bill took them."""
    world.invoice(NewLine("October", 100_000))
    payment = world.pay(world.card(), [(world.invoice(NewLine("Meals", 1_000)).public_id, 131_000)])
    form = wish(world, payment, 30_000)
    world.invoice(NewLine("November", 500_000))
    with pytest.raises(errors.Stale, match="changed meanwhile"):
        give(world, payment, form)
    assert refunds_of(world, payment) == []


@pytest.mark.parametrize("role", [permissions.VIEWER])
def test_who_may_only_look_gives_nothing_back(world: World, role: str) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    viewer = Actor(
        kind=ActorKind.STAFF,
        ref="lgn_v",
        name="Viewer",
        login_id=900_001,
        staff=(StaffGrant(world.biller_id, permissions.of_role(role)),),
    )
    with pytest.raises(errors.NotPermitted):
        give_back.review(actor=viewer, ref=payment.public_id, wish=Wish(1, False, False, ""))
    with pytest.raises(errors.NotPermitted):
        give_back.run(actor=world.payer, now=world.now, ref=payment.public_id, wish=Wish(1, False, False, ""))


def test_nobody_gives_back_what_another_biller_took(world: World) -> None:
    payment = world.pay(world.card(), whole(world.invoice()))
    stranger = replace(
        world.staff, staff=(StaffGrant(world.biller_id + 1, world.staff.staff[0].permissions),)
    )
    with pytest.raises(errors.NotFound):
        give_back.review(actor=stranger, ref=payment.public_id, wish=Wish(1, False, False, ""))
