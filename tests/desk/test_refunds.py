"""Refund at the desk: asked, reviewed, given back once; what became of it is said where the payment is."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.books import verify
from counterfoil.flows.invoices import void
from counterfoil.flows.payments import settle_matured
from counterfoil.identity import permissions
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payments.queries import PaymentRow
from counterfoil.refunds import queries as refund_queries
from counterfoil.refunds.queries import RefundRow
from counterfoil_sandbox import store
from tests.factories import relatives, sandbox as sandboxes, signed_in
from tests.factories.world import World

pytestmark = pytest.mark.django_db

COMES_BACK = "4000000000005126"


def path(world: World, payment: PaymentRow, name: str = "refund") -> str:
    return reverse(f"desk-{name}", args=[world.key, payment.public_id])


def text(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def hidden(page: Any) -> dict[str, str]:
    """Return what the page sends along without showing it."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def review(desk: Client, address: str, **typed: str) -> Any:
    """Open the form, type into it, and go on."""
    page = desk.get(address)
    assert page.status_code == 200
    preset = re.search(r'name="amount" value="([^"]+)"', page.content.decode())
    assert preset is not None, text(page)
    given = {**hidden(page), "amount": preset[1], "lowers_bills": "owed", **typed}
    return desk.post(address, given)


def press(desk: Client, address: str, page: Any) -> Any:
    """Press the last button of a review."""
    return desk.post(address, {**hidden(page), "step": "refund"})


def refunds(payment: PaymentRow) -> list[RefundRow]:
    return refund_queries.list_of(actor=OPERATOR, payment_ids=[payment.id])[payment.id]


@pytest.fixture
def invoice(world: World) -> InvoiceRow:
    return world.invoice()


@pytest.fixture
def payment(world: World, invoice: InvoiceRow) -> PaymentRow:
    """A card payment of the whole invoice, $3,200.00."""
    return world.pay(world.card(), [(invoice.public_id, invoice.total_minor)])


def test_a_part_is_reviewed_with_its_figures_and_given_back(
    world: World, desk: Client, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    address = path(world, payment)
    assert address in desk.get(path(world, payment, "payment")).content.decode()
    page = review(desk, address, amount="$1,250", reason="Moved out on November 20")
    seen = text(page)
    for words in (
        "You refund $1,250.00",
        f"Invoice {invoice.number} Owed again. Open afterwards: $1,250.00 $1,250.00",
        f"To {payment.method_label}, of Eleanor Whitfield",
        "Moved out on November 20",
        "Refund $1,250.00",
    ):
        assert words in seen, seen
    assert refunds(payment) == []

    answer = press(desk, address, page)
    assert (answer.status_code, answer["Location"]) == (302, path(world, payment, "payment"))
    [refund] = refunds(payment)
    assert (refund.amount_minor, refund.status, refund.reason) == (
        125_000, "refunded", "Moved out on November 20",
    )  # fmt: skip
    assert world.fresh(invoice).open_minor == 125_000
    page = text(desk.get(answer["Location"]))
    for words in (
        "$1,250.00 was refunded.",
        "Refunded $1,250.00 of $3,200.00",
        refund.public_id,
        "Sam Staff",
    ):
        assert words in page, page
    assert verify.run(biller_id=world.biller_id) == []


def test_a_double_click_gives_back_once(world: World, desk: Client, payment: PaymentRow) -> None:
    address = path(world, payment)
    page = review(desk, address, lowers_bills="lowered")
    answers = [press(desk, address, page) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    [refund] = refunds(payment)
    assert refund.amount_minor == 320_000


def test_a_part_and_then_the_rest(
    world: World, desk: Client, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    address = path(world, payment)
    press(desk, address, review(desk, address, amount="200"))
    page = desk.get(address)
    assert "Up to $3,000.00 can be refunded." in text(page)
    assert 'value="3000.00"' in page.content.decode()
    press(desk, address, review(desk, address))
    assert world.payment(payment.public_id).public_status == "Refunded"
    assert world.fresh(invoice).open_minor == 320_000
    page = desk.get(path(world, payment, "payment"))
    assert address not in page.content.decode()
    assert "All of it is refunded" in text(page)
    # Nothing is left: who opens the page again is told so, and asked for nothing.
    assert "This payment cannot be refunded" in text(desk.get(address))
    assert verify.run(biller_id=world.biller_id) == []


def test_a_bill_can_be_lowered_instead_of_owed_again(
    world: World, desk: Client, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    address = path(world, payment)
    page = review(desk, address, amount="500", lowers_bills="lowered")
    assert "Lowered by the same amount. Open afterwards: $0.00 $500.00" in text(page)
    press(desk, address, page)
    assert (world.fresh(invoice).open_minor, world.fresh(invoice).status) == (0, "paid")
    page_of_invoice = text(desk.get(reverse("desk-invoice", args=[world.key, invoice.public_id])))
    assert f"Credit on invoice {invoice.number}" in page_of_invoice
    assert verify.run(biller_id=world.biller_id) == []


def test_what_was_typed_stays_beside_what_is_wrong(world: World, desk: Client, payment: PaymentRow) -> None:
    for typed, words in (
        ({"amount": "5000"}, "not more than can be given back"),
        ({"amount": "abc"}, "Enter an amount"),
        ({"amount": ""}, "required"),
        ({"amount": "0"}, "above zero"),
        ({"reason": "Card 4242 4242 4242 4242"}, "remove the card number"),
        ({"lowers_bills": "given away"}, "Select a valid choice"),
    ):
        page = review(desk, path(world, payment), **{"reason": "Two days away", **typed})
        seen = page.content.decode()
        assert words in text(page), typed
        assert f'value="{typed.get("amount", "3200.00")}"' in seen or not typed.get("amount", "x")
        assert typed.get("reason", "Two days away") in seen
        assert 'name="seen"' not in seen
    assert refunds(payment) == []


def test_changes_are_made_with_what_was_typed(world: World, desk: Client, payment: PaymentRow) -> None:
    address = path(world, payment)
    page = review(desk, address, amount="12.34", lowers_bills="lowered", reason="Too much")
    page = desk.post(address, {**hidden(page), "step": "change"})
    seen = page.content.decode()
    assert 'value="12.34"' in seen
    assert 'value="Too much"' in seen
    assert re.search(r'value="lowered"[^>]*checked', seen)
    assert "Step 1 of 2" in text(page)


def test_a_review_that_is_no_longer_true_is_shown_anew(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    payment = world.pay(world.card(), [(invoice.public_id, 310_000)])
    address = path(world, payment)
    page = review(desk, address, amount="3000")
    # Meanwhile a colleague voids the bill: what it paid is credit now, and the refund would take that.
    void.run(actor=world.staff, now=world.now, ref=invoice.public_id, reason="Sent twice")

    again = press(desk, address, page)
    assert again.status_code == 200
    assert "Nothing was refunded This payment changed meanwhile. Please check it again." in text(again)
    assert "Credit left over $3,000.00" in text(again)
    assert refunds(payment) == []
    assert press(desk, address, again).status_code == 302
    assert [refund.amount_minor for refund in refunds(payment)] == [300_000]
    assert verify.run(biller_id=world.biller_id) == []


def test_one_form_is_one_refund(world: World, desk: Client, payment: PaymentRow) -> None:
    address = path(world, payment)
    page = review(desk, address, amount="100")
    press(desk, address, page)
    other = desk.post(address, {**hidden(page), "amount": "200", "step": "refund"})
    assert "This form was used already. Please open it again." in text(other)
    assert len(refunds(payment)) == 1


def test_a_form_without_its_token_changes_nothing(world: World, desk: Client, payment: PaymentRow) -> None:
    page = review(desk, path(world, payment))
    sent = {**hidden(page), "token": "made-up", "step": "refund"}
    assert "This page is out of date." in text(desk.post(path(world, payment), sent))
    assert refunds(payment) == []


def test_it_is_there_only_for_who_may_and_at_this_biller(
    world: World, base_store: store.Store, desk: Client, payment: PaymentRow
) -> None:
    viewer = signed_in.staff(world.biller_id, now=world.now, role=permissions.VIEWER)
    assert path(world, payment) not in viewer.get(path(world, payment, "payment")).content.decode()
    assert viewer.get(path(world, payment)).status_code == 404
    assert viewer.post(path(world, payment), {"step": "refund"}).status_code == 404
    other = World(sandboxes.practice(base_store))
    theirs = other.pay(other.card(), [(other.invoice().public_id, 5_000)])
    elsewhere = reverse("desk-refund", args=[world.key, theirs.public_id])
    assert desk.get(elsewhere).status_code == 404
    assert desk.post(elsewhere, {"step": "refund"}).status_code == 404


def test_who_proved_long_ago_who_they_are_is_asked_again(
    world: World, desk: Client, payment: PaymentRow
) -> None:
    page = review(desk, path(world, payment), amount="12.34", reason="Too much")
    signed_in.prove(desk, ago=timedelta(minutes=16))
    for answer in (desk.get(path(world, payment)), press(desk, path(world, payment), page)):
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
    assert refunds(payment) == []
    # Back with a proof, they find what they had typed.
    signed_in.prove(desk)
    seen = desk.get(path(world, payment)).content.decode()
    assert 'value="12.34"' in seen
    assert 'value="Too much"' in seen
    # To others the page is not there, however long ago.
    viewer = signed_in.staff(world.biller_id, now=world.now, role=permissions.VIEWER)
    signed_in.prove(viewer, ago=timedelta(minutes=16))
    assert viewer.get(path(world, payment)).status_code == 404


def test_nothing_is_offered_of_what_is_not_paid_or_came_by_hand(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    pending = world.pay(world.bank(), [(invoice.public_id, 10_000)])
    assert path(world, pending) not in desk.get(path(world, pending, "payment")).content.decode()
    page = text(desk.get(path(world, pending)))
    assert "Only a payment that is Paid can be given back." in page
    assert "Next: Review" not in page


def matured(world: World, invoice: InvoiceRow, account: str = "000123456789") -> PaymentRow:
    """A bank debit of $100.00 that is Paid, and can still be returned."""
    payment = world.pay(world.bank(account), [(invoice.public_id, 10_000)])
    for _ in range(10):
        world.sandbox.wait(days=1)
        world.deliver()
        settle_matured.run(actor=OPERATOR, now=world.now, biller_id=world.biller_id)
    return world.payment(payment.public_id)


def test_a_debit_that_can_still_be_returned_is_warned_of(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    payment = matured(world, invoice)
    page = review(desk, path(world, payment))
    assert "The bank can still return this debit until" in text(page)
    assert "the money is out twice" in text(page)

    answer = press(desk, path(world, payment), page)
    [refund] = refunds(payment)
    assert refund.status == "pending"
    seen = text(desk.get(answer["Location"]))
    assert "The refund of $100.00 is on its way until about" in seen
    assert "The gateway has the refund of $100.00" in seen
    listed = text(desk.get(reverse("desk-payments", args=[world.key])))
    assert "$100.00 being refunded" in listed


def test_a_refused_refund_is_the_payers_credit(world: World, desk: Client, invoice: InvoiceRow) -> None:
    payment = matured(world, invoice, "000222222227")
    # The bank took it back, and we have not heard of it yet.
    world.sandbox.wait(days=15)
    answer = press(desk, path(world, payment), review(desk, path(world, payment), amount="10"))
    [refund] = refunds(payment)
    assert (refund.status, refund.reason_code) == ("failed", "not_refundable")
    seen = text(desk.get(answer["Location"]))
    for words in (
        "The refund of $10.00 was refused. $10.00 is the payer's credit now.",
        "The refund of $10.00 did not go through",
        "The gateway says that this payment cannot be refunded.",
        "not_refundable",
        "$10.00 became the payer's credit",
        "Failed",
    ):
        assert words in seen, seen


def test_a_refund_that_came_back_is_told_from_one_that_never_left(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    payment = world.pay(world.card(COMES_BACK), [(invoice.public_id, 320_000)])
    answer = press(desk, path(world, payment), review(desk, path(world, payment)))
    assert world.payment(payment.public_id).public_status == "Refunded"
    for _ in range(6):
        world.sandbox.wait(days=1)
        world.deliver()
    assert world.payment(payment.public_id).public_status == "Paid"
    seen = text(desk.get(answer["Location"]))
    for words in (
        "Came back",
        "The card has expired or was canceled.",
        "The refund of $3,200.00 came back from the bank",
        "Paid again, for a refund came back",
    ):
        assert words in seen, seen
    assert "Refunded $" not in seen
    assert verify.run(biller_id=world.biller_id) == []


def test_nobody_knows_yet_what_became_of_it(world: World, desk: Client, payment: PaymentRow) -> None:
    world.sandbox.arm("answer_lost_after", on="refund")
    answer = press(desk, path(world, payment), review(desk, path(world, payment), amount="10"))
    assert [refund.status for refund in refunds(payment)] == ["unknown"]
    seen = text(desk.get(answer["Location"]))
    assert "We are confirming the refund of $10.00. Do not send it again" in seen
    assert "We are asking the gateway what became of it." in seen
    assert "No answer about the refund yet" in seen


def test_the_fee_goes_back_when_staff_say_so(world: World, desk: Client, invoice: InvoiceRow) -> None:
    world.set_payments(card_fee_minor=295)
    payment = world.pay(world.card(), [(invoice.public_id, 10_000)])
    assert payment.fee_minor == 295
    address = path(world, payment)
    assert "Refund the fee of $2.95 too" in text(desk.get(address))
    page = review(desk, address, amount="40")
    assert "You refund $40.00" in text(page)
    assert "The fee of $2.95 is not refunded." in text(page)
    page = review(desk, address, amount="60", gives_fee_back="on")
    assert "Fee $2.95 Total $62.95" in text(page)
    assert [press(desk, address, page).status_code for _ in range(2)] == [302, 302]
    [refund] = refunds(payment)
    assert (refund.amount_minor, refund.fee_minor) == (6_000, 295)
    # There is no fee left to ask about.
    assert "Refund the fee" not in text(desk.get(address))
    assert "With the fee of $2.95" in text(desk.get(path(world, payment, "payment")))
    assert verify.run(biller_id=world.biller_id) == []


def test_a_shared_bill_is_owed_again_and_not_lowered(world: World, desk: Client, invoice: InvoiceRow) -> None:
    _share, sister = relatives.shared(world, invoice, percent=50)
    payment = world.pay(world.card(actor=sister), [(invoice.public_id, 100_000)], actor=sister)
    address = path(world, payment)
    page = review(desk, address, lowers_bills="lowered")
    assert "A shared bill is not lowered by a refund." in text(page)
    assert 'name="seen"' not in page.content.decode()
    page = review(desk, address)
    assert "Owed again. Open afterwards: $3,200.00" in text(page)
    press(desk, address, page)
    assert world.fresh(invoice).open_minor == 320_000
    assert verify.run(biller_id=world.biller_id) == []


def test_lists_show_what_went_back_and_find_what_was_refunded(
    world: World, desk: Client, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    press(desk, path(world, payment), review(desk, path(world, payment), amount="1250"))
    listing = reverse("desk-payments", args=[world.key])
    waiting = reverse("desk-undeposited", args=[world.key])
    for address in (listing, waiting):
        assert "$1,250.00 refunded" in text(desk.get(address))
    assert payment.number not in text(desk.get(f"{listing}?show=refunded"))
    press(desk, path(world, payment), review(desk, path(world, payment)))
    assert payment.number in text(desk.get(f"{listing}?show=refunded"))
    assert payment.number not in text(desk.get(f"{listing}?show=paid"))
    assert "$3,200.00 refunded" not in text(desk.get(listing))
    # What pays nothing because it went back is not credit.
    assert "– Card •••• 4242 $3,200.00 $0.00 Portal" in text(desk.get(waiting))


def test_lists_ask_once_about_all_refunds(
    world: World, desk: Client, invoice: InvoiceRow, queries_of: Any
) -> None:
    listing = reverse("desk-payments", args=[world.key])
    first = [world.pay(world.card(), [(invoice.public_id, 1_000 + n)]) for n in range(2)]
    without = queries_of(desk, listing)
    press(desk, path(world, first[0]), review(desk, path(world, first[0]), amount="5"))
    once = queries_of(desk, listing)
    press(desk, path(world, first[1]), review(desk, path(world, first[1]), amount="5"))
    assert queries_of(desk, listing) == once == without + 1
