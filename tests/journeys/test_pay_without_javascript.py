"""The whole way without JavaScript: the gateway's own page and back, every step a page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.household import APPROVES, CONFIRMS, PASSWORD, Household, type_address, type_card

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
