"""The whole way without JavaScript: the gateway's own page and back, every step a page; and what is set for later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.household import APPROVES, CONFIRMS, PASSWORD, Household, type_address, type_card
from tests.journeys.test_later_and_autopay import allow_later

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("number", [APPROVES, CONFIRMS])
def test_pay_without_javascript(browser: Browser, household: Household, number: str) -> None:
    household.invoice("INV-1001")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(household.portal)
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Invoice").click()
    expect(page.get_by_text("Add a payment method first")).to_be_visible()
    page.get_by_role("button", name="Add New Card").click()
    page.get_by_label("Account Nickname").fill("Harold Alvarez")
    type_address(page)
    page.get_by_role("button", name="Add Payment Method").click()

    expect(page.get_by_role("heading", name="Card Details")).to_be_visible()  # the gateway's own page
    assert page.url.startswith(household.sandbox)
    type_card(page, number)
    page.get_by_role("button", name="Save and Continue").click()

    expect(page.get_by_text("Your card details are entered")).to_be_visible()
    expect(page.get_by_label("Account Nickname")).to_have_value("Harold Alvarez")
    expect(page.get_by_label("Street Address")).to_have_value("12 Elm Street")
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_role("radio", name="Harold Alvarez")).to_be_checked()  # back in the window, all kept
    expect(page.get_by_role("checkbox", name="Invoice INV-1001")).to_be_checked()
    page.get_by_role("button", name="Verify Payment").click()
    page.get_by_role("button", name="Submit Payment").click()
    if number == CONFIRMS:
        page.get_by_role("link", name="Continue to your bank").click()
        page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    with page.expect_download():
        page.get_by_role("link", name="Download Receipt").click()
    assert [p.public_status for p in household.payments] == ["Paid"]
    context.close()


def test_later_autopay_and_sharing_without_javascript(browser: Browser, household: Household) -> None:
    allow_later(household)
    household.give_card()
    household.invoice("INV-1001", ("Monthly rent", 320_000), due_in=25)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    household.log_in(page)
    _set_for_later_and_cancel(page, household)
    _turn_autopay_on_and_off(page, household)
    _ask_someone_to_pay_part(page, household)
    context.close()


def _set_for_later_and_cancel(page: Page, household: Household) -> None:
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Outstanding").click()
    page.get_by_label("Pay on a later date").check()
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("Choose the day of the payment.").first).to_be_visible()
    day = household.today + timedelta(days=10)
    page.get_by_label("Day of the payment").fill(day.isoformat())
    page.get_by_role("button", name="Verify Payment").click()
    page.get_by_role("button", name="Schedule Payment").click()
    expect(page.get_by_text("Your payment is scheduled")).to_be_visible()
    page.get_by_role("link", name="Cancel Payment").click()
    page.get_by_role("button", name="Cancel Payment").click()
    expect(page.get_by_text("Nothing is set for later")).to_be_visible()


def _turn_autopay_on_and_off(page: Page, household: Household) -> None:
    page.goto(f"{household.portal}/billing/schedules/")
    page.get_by_role("link", name="Start Autopay").click()
    page.get_by_role("radio", name="Ask me above").check()
    page.get_by_role("button", name="Review Autopay").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_role("textbox", name="Ask me above").fill("4000")
    page.get_by_role("button", name="Review Autopay").click()
    expect(page.get_by_text("Full balance, up to $4,000.00").first).to_be_visible()
    page.get_by_role("button", name="Start Autopay").click()
    expect(page.get_by_text("Autopay is on", exact=True)).to_be_visible()
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Cancel Autopay").click()
    page.get_by_role("button", name="Cancel Autopay").click()
    expect(page.get_by_text("Confirmation number")).to_be_visible()


def _ask_someone_to_pay_part(page: Page, household: Household) -> None:
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="INV-1001", exact=True).click()
    page.get_by_role("link", name="Ask someone to pay part").click()
    page.get_by_label("Name of the person").fill("David Alvarez")
    page.get_by_label("E-mail address of the person").fill("david@example.test")
    page.get_by_role("radio", name="amount").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_role("textbox", name="Amount").fill("500")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We asked David Alvarez.")).to_be_visible()
