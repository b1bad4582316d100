"""A card without money, then another one; and a bank that wants to confirm."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.household import CONFIRMS, DECLINES, Household

pytestmark = pytest.mark.django_db(transaction=True)


def test_declined_says_why_keeps_what_was_typed_and_takes_another_card(
    page: Page, household: Household
) -> None:
    invoice = household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page, DECLINES, "Empty card")
    household.add_card(page, nickname="Good card")
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Invoice").click()
    page.get_by_role("radio", name="Empty card").check()
    page.get_by_label("Amount for invoice INV-1001").fill("50")
    page.get_by_role("button", name="Verify Payment").click()
    page.get_by_role("button", name="Submit Payment").click()

    expect(page.get_by_text("This payment did not go through")).to_be_visible()
    expect(page.get_by_text("There was not enough money available.").first).to_be_visible()
    expect(page.get_by_text("No money was taken.")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Try another method").click()
    expect(page.get_by_role("checkbox", name="Invoice INV-1001")).to_be_checked()
    expect(page.get_by_label("Amount for invoice INV-1001")).to_have_value("50.00")
    page.get_by_role("radio", name="Good card").check()
    page.get_by_role("button", name="Verify Payment").click()
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    household.see(page)
    assert [p.public_status for p in household.payments] == ["Paid", "Declined"]
    page.goto(f"{household.portal}/billing/invoices/{invoice.public_id}/")
    expect(page.get_by_text("$3,150.00").first).to_be_visible()
    household.see(page)


@pytest.mark.parametrize(
    ("answer", "said", "status"),
    [
        ("Approve", "Your payment was successful", "Paid"),
        ("Refuse", "This payment did not go through", "Declined"),
    ],
)
def test_bank_wants_to_confirm(page: Page, household: Household, answer: str, said: str, status: str) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page, CONFIRMS)
    household.pay_invoice(page)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your bank wants to confirm this payment")).to_be_visible()
    assert [p.public_status for p in household.payments] == ["Action needed"]
    household.see(page)
    page.get_by_role("link", name="Continue to your bank").click()
    page.get_by_role("button", name=answer).click()

    expect(page.get_by_text(said)).to_be_visible()
    household.see(page)
    assert [p.public_status for p in household.payments] == [status]
