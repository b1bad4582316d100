"""What a payer reads of a refund: on the payment, in the list, on receipt, statement, summary and table."""

from __future__ import annotations

import csv
import html
import io
import re
import secrets
from typing import Any

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.payments import prepare, settle_matured
from counterfoil.flows.refunds import give_back
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods import queries as method_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.queries import PaymentRow
from counterfoil.refunds.queries import RefundRow
from tests.factories import refunds
from tests.factories.world import World

pytestmark = pytest.mark.django_db
LIST = "/billing/payments/"
RECEIPTS = "/billing/documents/?show=receipts"
COMES_BACK = "4000000000005126"


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    if answer.headers["Content-Type"] == "application/pdf":
        reader = pypdf.PdfReader(io.BytesIO(answer.content))
        return " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    plain = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def page(payment: PaymentRow) -> str:
    return f"{LIST}{payment.public_id}/"


def give(world: World, payment: PaymentRow, amount_minor: int = 0, **more: Any) -> RefundRow:
    """Let staff give so much back, all that is left where no amount is said."""
    left = give_back.refundable_minor(world.payment(payment.public_id))
    wish = refunds.wish(world, payment, amount_minor or left, key=secrets.token_hex(8), **more)
    return refunds.give(world, payment, wish)


def days(world: World, count: int) -> None:
    for _ in range(count):
        world.sandbox.wait(days=1)
        world.deliver()
        settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)


@pytest.fixture
def invoice(world: World) -> InvoiceRow:
    return world.invoice()


@pytest.fixture
def payment(world: World, invoice: InvoiceRow) -> PaymentRow:
    """A card payment of the whole invoice, $3,200.00."""
    return world.pay(world.card(), [(invoice.public_id, invoice.total_minor)])


def test_a_part_that_went_back_is_told_on_the_payment_and_in_the_list(
    world: World, ruth: Client, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    give(world, payment, 125_000, reason="Moved out on November 20")
    seen = text(ruth, page(payment))
    for words in (
        "This payment is paid",
        "$1,250.00 of it was refunded on ",
        "Banks take up to 10 days to show it.",
        f"Invoice {invoice.number} $1,950.00",
        "Moved out on November 20 $1,250.00",
        "Total $3,200.00",
        "Refund of $1,250.00 begun",
        "Of what it had paid, $1,250.00 is open again and can be paid another way.",
        f"To {payment.method_label}",
    ):
        assert words in seen, words
    for address in (LIST, RECEIPTS):
        assert "$3,200.00 $1,250.00 refunded Paid" in text(ruth, address)


def test_all_of_it_went_back(world: World, ruth: Client, invoice: InvoiceRow, payment: PaymentRow) -> None:
    give(world, payment)
    seen = text(ruth, page(payment))
    for words in (
        "This payment was refunded",
        "All of it was refunded on ",
        f"Invoice {invoice.number} Given back",
        "All of this payment was refunded.",
    ):
        assert words in seen, words
    assert "Thank you." not in seen
    assert payment.number in text(ruth, f"{LIST}?show=unpaid")
    assert payment.number not in text(ruth, f"{LIST}?show=paid")
    assert "$3,200.00 refunded" not in text(ruth, LIST)


def test_the_fee_went_with_it(world: World, ruth: Client, invoice: InvoiceRow) -> None:
    world.set_payments(card_fee_minor=295)
    payment = world.pay(world.card(), [(invoice.public_id, 10_000)])
    assert "Fee $2.95" in text(ruth, page(payment))
    give(world, payment, 4_000, fee=True)
    seen = text(ruth, page(payment))
    assert "With the fee of $2.95 $42.95 Total $102.95" in seen
    assert "Fee $2.95" not in seen


def test_what_neither_a_bill_nor_a_refund_has_is_credit(
    world: World, ruth: Client, invoice: InvoiceRow
) -> None:
    payment = world.pay(world.card(), [(invoice.public_id, 330_000)])
    assert f"Invoice {invoice.number} $3,200.00 Credit for the next invoice $100.00 Total" in text(
        ruth, page(payment)
    )
    give(world, payment, 4_000)
    seen = text(ruth, page(payment))
    assert f"Invoice {invoice.number} $3,200.00 Credit for the next invoice $60.00 Refunded on" in seen
    # Nothing that a bill had was touched.
    assert "is open again" not in seen


def test_on_its_way_it_says_until_when(world: World, ruth: Client, invoice: InvoiceRow) -> None:
    payment = world.pay(world.bank(), [(invoice.public_id, 10_000)])
    days(world, 10)
    give(world, payment)
    seen = text(ruth, page(payment))
    assert f"Maple Court is refunding $100.00 to {payment.method_label}. Expect it by " in seen
    assert "The bank has the refund" in seen
    assert "Refund on its way $100.00" in seen
    assert "$100.00 being refunded" in text(ruth, LIST)
    days(world, 5)
    assert "All of it was refunded on " in text(ruth, page(payment))
    assert "being refunded" not in text(ruth, LIST)


def test_what_came_back_is_credit_and_no_code_is_shown(
    world: World, ruth: Client, invoice: InvoiceRow
) -> None:
    payment = world.pay(world.card(COMES_BACK), [(invoice.public_id, 320_000)])
    refund = give(world, payment)
    days(world, 6)
    seen = text(ruth, page(payment))
    for words in (
        "This payment is paid",
        "The bank did not take the refund of $3,200.00 and sent it back. $3,200.00 became credit with Maple Court.",
        "The refund came back",
        "so this payment counts as paid again",
    ):
        assert words in seen, words
    assert "expired_or_canceled_card" not in seen
    assert refund.public_id not in seen
    # The credit paid the bill that was owed again.
    assert f"Invoice {invoice.number} $3,200.00" in seen
    assert world.fresh(invoice).open_minor == 0


def test_a_debit_that_was_refunded_in_part_and_sent_back_by_the_bank(
    world: World, ruth: Client, invoice: InvoiceRow
) -> None:
    payment = world.pay(world.bank("000222222227"), [(invoice.public_id, 10_000)])
    days(world, 10)
    give(world, payment, 4_000)
    days(world, 15)
    assert world.payment(payment.public_id).public_status == "Returned"
    seen = text(ruth, page(payment))
    assert "Your bank sent this payment back" in seen
    assert "$40.00 of it was refunded on" in seen
    assert f"Invoice {invoice.number} $60.00 Refunded on" in seen
    assert "$40.00 Total $100.00" in seen


def test_the_receipt_adds_up_to_what_was_paid(
    world: World, ruth: Client, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    give(world, payment, 125_000, lowers=True)
    seen = text(ruth, f"{page(payment)}receipt.pdf")
    assert re.search(rf"{invoice.number} \w+ \d+, \d+ \$1,950.00 \$0.00", seen), seen
    assert re.search(r"Refunded on \w+, \w+ \d+, \d+ \$1,250.00 Total \$3,200.00", seen), seen
    assert re.search(r"Paid .*\$1,250.00 of it was refunded on \w+, \w+ \d+, \d{4}\.", seen), seen
    give(world, payment)
    seen = text(ruth, f"{page(payment)}receipt.pdf")
    assert "Amount paid $3,200.00 Refunded" in seen
    assert f"{invoice.number} Given back" in seen


def test_the_statement_names_the_refund_and_its_payment(
    world: World, ruth: Client, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    give(world, payment, 125_000)
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    sheet = reverse("portal-statement", args=[payer.public_id, account.public_id])
    seen = text(ruth, sheet)
    assert f"Refund of payment {payment.number} {payment.method_label} $1,250.00 $1,250.00" in seen, seen
    assert "Closing balance $4,450.00 $3,200.00 $1,250.00" in seen


def test_the_summary_counts_what_was_kept(world: World, ruth: Client) -> None:
    whole = world.invoice(NewLine("Rent, November", 300_000))
    part = world.invoice(NewLine("Therapy", 20_000))
    card = world.card()
    gone = world.pay(card, [(whole.public_id, 300_000)])
    kept = world.pay(card, [(part.public_id, 20_000)])
    give(world, gone)
    give(world, kept, 5_000)
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    seen = text(ruth, reverse("portal-summary", args=[payer.public_id, world.today.year]))
    assert "Parts of invoices that were not paid whole $150.00 Total $150.00" in seen
    assert "$200.00 paid, $50.00 refunded $150.00" in seen
    assert gone.number not in seen


def test_the_table_has_what_was_refunded(world: World, ruth: Client, payment: PaymentRow) -> None:
    give(world, payment, 125_000)
    answer = ruth.get(reverse("portal-transactions"), {"year": world.today.year})
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["Status"], row["Total"], row["Refunded"]) == ("Paid", "3200.00", "1250.00")
    # A bill of which a part was given back is named once.
    assert len(row["Invoices"].split()) == 1


def test_the_list_asks_once_about_all_refunds(world: World, ruth: Client, invoice: InvoiceRow) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            ruth.get(LIST)
        return len([query for query in caught.captured_queries if "refunds_refund" in query["sql"]])

    card = world.card()
    made = [world.pay(card, [(invoice.public_id, 1_000 + n)]) for n in range(3)]
    assert asked() == 0
    for each in made:
        give(world, each, 500)
        assert asked() == 1


def test_paying_again_what_was_refunded_is_not_paying_twice(
    world: World, invoice: InvoiceRow, payment: PaymentRow
) -> None:
    """Somebody is warned who pays the same amount within minutes; not where all of it went back."""
    give(world, payment, 120_000)
    order = world.order(world.card(), [(invoice.public_id, 120_000)])
    assert len(prepare.run(actor=world.payer, now=world.now, order=order).recent) == 1
    give(world, payment)
    assert prepare.run(actor=world.payer, now=world.now, order=order).recent == ()


def test_a_method_for_one_time_is_needed_while_its_refunded_debit_can_be_returned(
    world: World, invoice: InvoiceRow
) -> None:
    payment = world.pay(world.bank(), [(invoice.public_id, 10_000)])
    days(world, 10)
    give(world, payment)
    days(world, 5)
    row = world.payment(payment.public_id)
    assert row.returnable_until is not None
    [method] = method_queries.list_for(actor=world.payer, payer_ids=[world.payer_id])
    needed = payment_queries.list_needed_methods(
        methods=[(world.payer_id, method.id)], on=row.returnable_until, since=world.now
    )
    assert (row.public_status, needed) == ("Refunded", {method.id})
