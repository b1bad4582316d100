"""The guide's three steps for somebody who hears the pages: what is read is whole, in order, and says what is wrong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.household import PASSWORD, Household, type_address, type_bank
from tests.journeys.reader import Reader, faults


@pytest.mark.django_db(transaction=True)
def test_the_guides_three_steps_by_screen_reader(page: Page, household: Household) -> None:
    household.invoice("INV-1001", ("Monthly rent", 520_000), ("Care level 2", 92_500))
    household.invoice("INV-1002", ("Salon", 8_425), due_in=-12)
    page.set_viewport_size({"width": 390, "height": 844})  # every step is a page with a title of its own
    reader = Reader(page)

    _step_1_login(page, household, reader)
    _step_2_add_new_payment_method(page, reader)
    _step_3_pay_invoice(page, reader)
    _the_window_over_the_page(page, household, reader)


def test_what_is_wrong_with_a_page_is_found() -> None:
    snapshot = """
    - banner:
      - link "Home"
    - main:
      - heading "Pay: \\"now\\"" [level=1]
      - button
      - 'textbox "Name: yours"'
      - heading "Details" [level=3]
    - navigation "Pages"
    - navigation "Pages"
    """
    assert faults(snapshot) == [
        "1 without a name: button",
        "a level is skipped before the heading 'Details': [1, 3]",
        "0 landmarks contentinfo",
        "2 called navigation 'Pages'",
    ]


def _step_1_login(page: Page, household: Household, reader: Reader) -> None:
    page.goto(household.portal)
    reader.hear("log in")
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill("not the one")
    page.get_by_role("button", name="Log In", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    reader.hear("log in")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()


def _step_2_add_new_payment_method(page: Page, reader: Reader) -> None:
    expect(page.get_by_role("link", name=re.compile("^Billing"))).to_be_visible()
    reader.hear("dashboard")
    page.get_by_role("link", name=re.compile("^Billing")).click()
    page.get_by_role("link", name="My Payment Methods").click()
    expect(page.get_by_role("heading", name="My Payment Methods")).to_be_visible()
    reader.hear("methods")
    page.locator("summary", has_text="+Add Payment Method").click()
    page.get_by_role("link", name="Add New Bank Account").click()
    expect(page.frame_locator("iframe").get_by_label("Routing Number")).to_be_visible()
    reader.hear("add a bank account")
    type_bank(page.frame_locator("iframe"))
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    reader.hear("add a bank account")
    page.get_by_label("Account Nickname").fill("Harold Alvarez")
    type_address(page)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_role("status").filter(has_text="Payment method added.")).to_be_visible()
    reader.hear("methods")


def _step_3_pay_invoice(page: Page, reader: Reader) -> None:
    page.get_by_role("link", name="Invoices").first.click()
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()
    reader.hear("invoices")
    page.get_by_role("link", name="Pay Invoice INV-1001").click()
    expect(page.get_by_role("heading", name="Make a Payment")).to_be_visible()
    reader.hear("select a method")
    amount = page.get_by_label("Amount for invoice INV-1001")
    amount.fill("none")
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    reader.hear("select a method")
    expect(amount).to_have_accessible_description(re.compile("Error"))
    amount.fill("1200")
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_role("region", name="Authorization agreement")).to_be_visible()
    reader.hear("verify")
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was submitted")).to_be_visible()
    reader.hear("submitted")
    page.get_by_role("link", name="Payments", exact=True).click()
    expect(page.get_by_role("heading", name="Payments", level=1)).to_be_visible()
    reader.hear("payments")


def _the_window_over_the_page(page: Page, household: Household, reader: Reader) -> None:
    """On a wide screen the steps are a window: it has a name, and each step is heard when it opens."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Outstanding").click()
    window = page.get_by_role("dialog", name="Make a Payment")
    title = window.get_by_role("heading", level=1)
    expect(title).to_be_focused()
    expect(title).to_have_accessible_description("Step 1 of 3: Select Method")
    reader.hear("window: select a method")
    window.get_by_role("button", name="Verify Payment").click()
    expect(title).to_have_accessible_description("Step 2 of 3: Verify Payment")
    expect(title).to_be_focused()
    reader.hear("window: verify")
