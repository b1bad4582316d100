"""Two siblings share a bill; a daughter helps within a limit, and is ended in one tap."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.books import verify
from counterfoil.payments import balances
from tests.factories import relatives
from tests.journeys.household import PASSWORD, Household, type_address, type_card

pytestmark = pytest.mark.django_db(transaction=True)

DAVID, SUSAN = "david@example.test", "susan@example.test"


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """Give the other person's own browser."""
    context = browser.new_context(locale="en-US", timezone_id="America/Chicago", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def register(household: Household, page: Page, email: str) -> None:
    """Follow the link of the message, set a password, and answer the one question."""
    page.goto(f"{household.portal}{relatives.link_of(email)}")
    expect(page.get_by_text("See and pay the bills for Harold Alvarez online.")).to_be_visible()
    page.get_by_role("link", name="Set Up My Access").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    form = page.locator("form").filter(has=page.get_by_label("Password", exact=True))
    form.get_by_role("button").last.click()
    page.get_by_role("radio", name="I pay by myself").check()
    page.get_by_role("button", name="Continue").click()


def prove(household: Household, page: Page) -> None:
    """Type the password again, where a new proof is asked for before a card can be added."""
    page.goto(f"{household.portal}/billing/methods/add/card/")
    page.wait_for_load_state()
    if "reauthenticate" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_load_state()


def owed(household: Household, payer_id: int) -> int:
    rows = balances.list_for(actor=OPERATOR, payer_ids=[payer_id])
    return sum(row.outstanding_minor for row in rows)


def test_two_siblings_share(page: Page, other: Page, household: Household) -> None:
    invoice = household.invoice("20441")
    household.log_in(page)
    page.goto(f"{household.portal}/billing/invoices/{invoice.public_id}/")
    page.get_by_role("link", name="Ask someone to pay part").click()
    page.get_by_label("Name of the person").fill("David Alvarez")
    household.see(page)
    page.get_by_label("E-mail address of the person").fill(DAVID)
    page.get_by_label("A word to this person").fill("Could you take half of Dad's rent?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We asked David Alvarez.")).to_be_visible()
    household.see(page)

    register(household, other, DAVID)
    other.get_by_role("link", name=re.compile("Sharing")).click()
    expect(other.get_by_role("link", name=re.compile("See and answer"))).to_be_visible()
    household.see(other)
    other.get_by_role("link", name=re.compile("See and answer")).click()
    expect(other.get_by_text("You would pay")).to_be_visible()
    expect(other.get_by_text("$1,600.00").first).to_be_visible()
    expect(other.get_by_text("Monthly rent")).to_have_count(0)
    household.see(other)
    other.get_by_role("button", name="Accept").click()
    expect(other.get_by_text("You share the bills for Harold Alvarez now.")).to_be_visible()
    household.see(other)

    prove(household, other)
    household.add_card(other)
    household.pay_invoice(other)
    other.get_by_role("button", name="Submit Payment").click()
    expect(other.get_by_text("$1,600.00").first).to_be_visible()
    assert [payment.amount_minor for payment in household.payments] == [160_000]

    page.goto(f"{household.portal}/billing/invoices/{invoice.public_id}/")
    shares = page.get_by_role("region", name="Who shares this bill")
    expect(shares.get_by_text("David Alvarez")).to_be_visible()
    expect(shares.get_by_text("Paid")).to_be_visible()
    household.see(page)
    assert owed(household, household.payer.id) == 160_000
    assert verify.run(biller_id=household.community.id) == []


def test_a_daughter_helps_within_a_limit_and_is_ended_in_one_tap(
    page: Page, other: Page, household: Household
) -> None:
    household.invoice("20442")
    household.log_in(page)
    page.goto(f"{household.portal}/sharing/")
    page.get_by_role("link", name="Give someone access").click()
    page.get_by_label("Name of the person").fill("Susan Alvarez")
    page.get_by_label("E-mail address of the person").fill(SUSAN)
    page.get_by_role("radio", name=re.compile("See and pay")).check()
    page.get_by_label("One payment, at most").fill("300")
    page.get_by_label("All payments together, at most").fill("500")
    page.get_by_role("radio", name=re.compile("The person's own")).check()
    household.see(page)
    page.get_by_role("button", name="Give Access").click()
    expect(page.get_by_text("Susan Alvarez has access now.")).to_be_visible()
    household.see(page)

    register(household, other, SUSAN)
    add_card_of_her_own(household, other)
    other.goto(f"{household.portal}/sharing/")
    household.see(other)
    other.get_by_role("link", name=re.compile("See what is owed for Harold")).click()
    expect(other.get_by_role("heading", name="Helping Harold Alvarez")).to_be_visible()
    household.see(other)
    other.get_by_role("link", name="Make a Payment").click()
    other.get_by_role("checkbox", name=re.compile("20442")).check()
    household.see(other)
    other.get_by_role("textbox", name=re.compile("Amount for invoice")).fill("400")
    other.get_by_role("button", name="Verify Payment").first.click()
    expect(other.get_by_role("heading", name="There is a problem")).to_be_visible()
    household.see(other)
    other.get_by_role("textbox", name=re.compile("Amount for invoice")).fill("300")
    other.get_by_role("button", name="Verify Payment").first.click()
    expect(other.get_by_text("Susan Alvarez for Ruth Alvarez")).to_be_visible()
    household.see(other)
    other.get_by_role("button", name="Submit Payment").click()
    expect(other.get_by_text("By Susan Alvarez for Ruth Alvarez")).to_be_visible()
    expect(other.get_by_text("$300.00").first).to_be_visible()
    household.see(other)
    assert owed(household, household.payer.id) == 290_000

    page.goto(f"{household.portal}/sharing/")
    page.get_by_role("button", name="End the access of Susan Alvarez").click()
    expect(page.get_by_text("This access has ended.")).to_be_visible()
    other.goto(f"{household.portal}/sharing/")
    expect(other.get_by_role("link", name=re.compile("See what is owed for Harold"))).to_have_count(0)
    assert verify.run(biller_id=household.community.id) == []


def add_card_of_her_own(household: Household, page: Page) -> None:
    """Add a card with a billing address."""
    prove(household, page)
    page.goto(f"{household.portal}/billing/methods/add/card/")
    type_card(page.frame_locator("iframe"), "4242424242424242")
    page.get_by_label("Account Nickname").fill("Susan Alvarez")
    if page.get_by_label("Street Address").is_visible():
        type_address(page)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Payment method added.")).to_be_visible()
