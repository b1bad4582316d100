"""The Invoices tab: one sum, whose bills, what a profile shows, and as many queries for a hundred as for one."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.core import db
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import operations as payer_operations
from counterfoil.payers.drafts import NewLink
from tests.factories import relatives, signed_in
from tests.factories.world import World
from tests.portal.conftest import Joins

pytestmark = pytest.mark.django_db
LIST = "/billing/invoices/"


def test_summary_shows_the_one_sum(world: World, ruth: Client) -> None:
    world.invoice(NewLine("Rent", 320_000))
    late = world.invoice(NewLine("Salon", 8_425), due_in=-5)
    paid = world.pay(world.bank(), [(late.public_id, 5_000)])
    page = ruth.get(LIST).content.decode()

    assert paid.public_status == "Pending"
    assert "$3,234.25" in page  # 3,284.25 open, less 50.00 on its way
    assert "Payment of $50.00 pending" in page
    assert "Payment pending" in page
    assert "Overdue" not in page


def test_bills_for_several_people_stand_apart_and_are_chosen_first(world: World, ruth: Client) -> None:
    world.invoice()
    account_id, _ = world.add_resident("Rose Kim")
    link = NewLink(account_id=account_id, payer_id=world.payer_id, is_default=False)
    with db.transaction():
        payer_operations.link_many(biller_id=world.biller_id, new=[link])
    world.invoice(NewLine("Rent", 100_000), account_id=account_id)
    page = ruth.get(LIST).content.decode()

    assert page.index("Eleanor Whitfield") < page.index("Rose Kim")
    assert "$4,200.00" in page
    assert page.count("Pay Outstanding for") == 2
    choice = ruth.get("/billing/pay/").content.decode()
    assert "Whose bills do you want to pay?" in choice
    assert "Choose invoices" in choice
    assert "$1,000.00" in choice


def test_one_person_is_not_asked_about(world: World, ruth: Client) -> None:
    world.invoice()
    assert ruth.get("/billing/pay/").status_code == 302


@pytest.mark.parametrize(("profile", "sees"), [("billing", True), ("see-only", True), ("pay-only", False)])
def test_lines_are_for_those_who_may_see_them(world: World, join: Joins, profile: str, sees: bool) -> None:
    invoice = world.invoice(NewLine("Medication management", 18_500))
    client = join(email="eve@example.test", profile=profile)

    assert (b"Medication management" in client.get(f"{LIST}{invoice.public_id}/").content) == sees
    sheet = client.get(f"{LIST}{invoice.public_id}/invoice.pdf")
    assert sheet.headers["Content-Type"] == "application/pdf"


def test_somebody_elses_invoice_is_not_there(world: World, ruth: Client) -> None:
    account_id, payer_id = world.add_resident("Rose Kim")
    other = world.invoice(account_id=account_id, payer_id=payer_id)

    for address in (f"{LIST}{other.public_id}/", f"{LIST}{other.public_id}/invoice.pdf"):
        assert ruth.get(address).status_code == 404
    assert other.number.encode() not in ruth.get(LIST).content


def test_filter_and_pages_are_in_the_address(world: World, ruth: Client) -> None:
    first = world.invoice(NewLine("Old", 100), due_in=-60)
    for _ in range(24):
        world.invoice(NewLine("Rent", 100))
    page = ruth.get(f"{LIST}?show=open").content.decode()
    assert "Showing 24 of 25 invoices" in page
    assert first.number not in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert first.number in ruth.get(older).content.decode()
    assert "No invoices yet" in ruth.get(f"{LIST}?show=paid").content.decode()


def test_many_invoices_take_as_many_queries_as_few(world: World, ruth: Client) -> None:
    world.invoice()
    ruth.get(LIST)

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            ruth.get(LIST)
        # The demo's clock is read at most once a second, whatever is asked for.
        return sum("core_clock" not in query["sql"] for query in caught.captured_queries)

    few = count()
    for _ in range(30):
        world.invoice(NewLine("Rent", 100))
    assert count() == few
    assert few <= 24


def test_portal_switched_off_hides_billing(world: World, ruth: Client) -> None:
    world.invoice()
    world.set_portal(portal_on=False)

    assert ruth.get(LIST).status_code == 404
    assert LIST.encode() not in ruth.get("/").content


def test_what_changed_since_last_month_stands_in_sentences(world: World, ruth: Client) -> None:
    world.invoice(NewLine("Rent, October", 320_000), NewLine("Salon (Oct 2)", 4_500), due_in=-25)
    november = world.invoice(NewLine("Rent, November", 328_500), NewLine("Guest meals", 1_850), due_in=-1)
    page = ruth.get(f"{LIST}{november.public_id}/").content.decode()

    assert "What changed since last month" in page
    assert "This bill is $58.50 more than the one of" in page
    assert "Rent is $85.00 more: $3,285.00 instead of $3,200.00." in page
    assert "Guest meals is new: $18.50." in page
    assert "Salon is not on this bill. It was $45.00." in page
    first = world.invoice(NewLine("Rent", 100), account_id=world.account_id, due_in=-60)
    assert "What changed" not in ruth.get(f"{LIST}{first.public_id}/").content.decode()


def test_a_bill_like_the_last_one_says_so(world: World, join: Joins) -> None:
    world.invoice(NewLine("Rent, October", 320_000), due_in=-25)
    november = world.invoice(NewLine("Rent, November", 320_000), due_in=-1)
    page = join(email="eve@example.test").get(f"{LIST}{november.public_id}/").content.decode()
    assert "This bill comes to the same as the one of" in page
    assert "Everything on it is as it was." in page
    other = join(email="pat@example.test", profile="pay-only")
    assert "What changed" not in other.get(f"{LIST}{november.public_id}/").content.decode()


def test_the_addressee_sees_what_a_sharer_paid_and_what_is_on_its_way(world: World, ruth: Client) -> None:
    invoice = world.invoice(NewLine("Rent", 100_000))
    page = f"{LIST}{invoice.public_id}/"
    assert "Nothing paid yet" in ruth.get(page).content.decode()
    _, sister = relatives.shared(world, invoice, percent=40)
    assert "Nothing paid yet" in ruth.get(page).content.decode()
    world.pay(world.card(actor=sister), [(invoice.public_id, 30_000)], actor=sister)
    world.pay(world.bank(actor=sister), [(invoice.public_id, 10_000)], actor=sister)

    shown = ruth.get(page).content.decode()
    assert "You have paid nothing of it yet" in shown
    assert "Nothing paid yet" not in shown
    others = re.findall(r"Susan Whitfield</th><td[^>]*>(\S+)</td>", shown.split('id="others"')[1])
    assert others[:2] == ["$300.00", "$100.00"]
    assert "Payment pending" not in shown.split('id="others"')[0]

    world.pay(world.card(), [(invoice.public_id, 60_000)])
    shown = ruth.get(page).content.decode()
    assert "You have paid nothing of it yet" not in shown
    assert "$600.00" in shown.split('id="others"')[0]


def test_a_sharer_sees_the_own_payments_alone(world: World) -> None:
    invoice = world.invoice(NewLine("Rent", 100_000))
    _, sister = relatives.shared(world, invoice, percent=40)
    world.pay(world.card(), [(invoice.public_id, 60_000)])
    page = signed_in.as_login(email=relatives.SISTER).get(f"{LIST}{invoice.public_id}/").content.decode()
    assert "Nothing paid yet" in page
    assert "Paid by others" not in page
    assert "$600.00" not in page
    assert sister.payer_ids()
