"""A fee stands beside the method, in the review before the last button, and on every page and paper after it."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.test import Client

from counterfoil.invoices.drafts import NewLine
from tests.factories import relatives, signed_in
from tests.factories.world import World
from tests.portal.test_pay import pay_url, payments, verify
from tests.portal.test_receipts import receipt

pytestmark = pytest.mark.django_db
HUNDRED = NewLine("Podiatry", 10_000)


@pytest.fixture
def priced(world: World) -> World:
    world.set_payments(card_fee_minor=295)
    world.set_portal(schedule_payment=True)
    world.invoice(HUNDRED)
    return world


def words(page: bytes) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page.decode())).split())


def test_each_method_says_what_it_costs(priced: World, ruth: Client) -> None:
    priced.bank()
    priced.card()
    page = words(ruth.get(pay_url(priced)).content)
    assert "Fee $2.95" in page
    assert "No fee" in page


def test_where_nothing_costs_a_fee_nothing_is_said_of_one(world: World, ruth: Client) -> None:
    world.invoice(HUNDRED)
    world.bank()
    assert "fee" not in words(ruth.get(pay_url(world)).content).lower()


def test_the_review_shows_amount_fee_and_total_before_the_button(priced: World, ruth: Client) -> None:
    address, _ = verify(priced, ruth, method=priced.card())
    page = words(ruth.get(address).content)
    assert "Payment Amount $100.00 Fee $2.95 Total $102.95" in page
    assert page.index("Total $102.95") < page.index("fee $2.95, total $102.95.") < page.index("Make Changes")
    assert "Submit Payment $102.95" in page


def test_with_a_bank_account_the_review_says_that_there_is_none(priced: World, ruth: Client) -> None:
    address, _ = verify(priced, ruth, method=priced.bank())
    assert "Fee None Total $100.00" in words(ruth.get(address).content)


def test_a_fee_that_changed_is_said_with_the_new_figure_and_reviewed_again(
    priced: World, ruth: Client
) -> None:
    address, seen = verify(priced, ruth, method=priced.card())
    priced.set_payments(card_fee_minor=350)
    page = words(ruth.post(address, {"seen": seen}).content)
    assert "Nothing was paid The fee for this payment is now $3.50. Please check it again." in page
    assert "Fee $3.50 Total $103.50" in page
    assert payments(priced) == []


@pytest.mark.parametrize("typed", ["", "0", "x" * 64, "_0", "_" + "9" * 60])
def test_a_mark_typed_by_hand_pays_nothing(priced: World, ruth: Client, typed: str) -> None:
    address, _ = verify(priced, ruth, method=priced.card())
    assert ruth.post(address, {"seen": typed}).status_code == 200
    assert payments(priced) == []


def test_the_payments_page_paper_and_table_have_a_line_for_it(priced: World, ruth: Client) -> None:
    address, seen = verify(priced, ruth, method=priced.card())
    done = ruth.post(address, {"seen": seen}, follow=True)
    assert "Fee $2.95 Total $102.95" in words(done.content)
    ref = done.redirect_chain[-1][0].split("/")[3]
    sheet = receipt(ruth, ref)
    assert "Subtotal $100.00 Fee $2.95 Total $102.95" in sheet
    answer = ruth.get("/billing/documents/transactions.csv", {"year": str(priced.today.year)})
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert (row["Amount"], row["Fee"], row["Total"]) == ("100.00", "2.95", "102.95")


def test_a_payment_for_later_shows_it_in_review_and_after(priced: World, ruth: Client) -> None:
    day = (priced.today + timedelta(days=14)).isoformat()
    given = {"mode": "outstanding", "method": priced.card(), "later": "on", "pay_on": day}
    address = ruth.post(pay_url(priced), given).headers["Location"]
    page = ruth.get(address).content
    assert "Payment Amount $100.00 Fee $2.95 Total $102.95" in words(page)
    found = re.search(rb'name="seen" value="(\w+)"', page)
    assert found
    set_for = ruth.post(address, {"seen": found[1].decode()}, follow=True)
    assert "Fee $2.95 Total $102.95" in words(set_for.content)
    assert "$102.95" in words(ruth.get("/billing/schedules/").content)


def test_a_helper_sees_it_too(priced: World) -> None:
    ref, sister = relatives.helper(priced)
    client = signed_in.as_login(email=relatives.SISTER)
    start = f"/sharing/helping/{ref}/pay/"
    method = priced.card(actor=sister)
    assert "Fee $2.95" in words(client.get(start).content)
    review = client.post(start, {"mode": "outstanding", "method": method}, follow=True)
    assert "Payment Amount $100.00 Fee $2.95 Total $102.95" in words(review.content)
