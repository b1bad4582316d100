"""The portal's pages in the dark theme: what is there to read keeps the portal's contrast of 7:1."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import hard_to_read_on
from tests.journeys.household import Household

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "/", "/billing/methods/", "/billing/payments/", "/billing/schedules/", "/sharing/", "/billing/documents/",
    "/messages/", "/messages/preferences/", "/requests/", "/profile/", "/help/",
)  # fmt: skip


def look(page: Page) -> None:
    """Fail with what is hard to read on the page, or in the window over it, as it is now."""
    page.wait_for_load_state()
    assert hard_to_read_on(page) == [], page.url


def test_the_portal_in_the_dark(page: Page, household: Household) -> None:
    household.give_card()
    household.invoice("INV-1001", ("Monthly rent", 320_000), due_in=25)
    household.invoice("INV-1002", ("Salon", 8_425), due_in=-12)
    page.emulate_media(color_scheme="dark")
    page.goto(household.portal)
    look(page)
    household.log_in(page)
    for path in PAGES:
        answer = page.goto(f"{household.portal}{path}")
        assert answer is not None
        assert answer.ok, path
        look(page)
    page.goto(f"{household.portal}/billing/invoices/")
    look(page)
    _pay(page)
    _start_autopay(page, household)


def _pay(page: Page) -> None:
    """Go through the window over the page, with an error on the way."""
    page.get_by_role("link", name="Pay Invoice INV-1002").click()
    window = page.get_by_role("dialog", name="Make a Payment")
    amount = window.get_by_label("Amount for invoice INV-1002")
    amount.fill("none")
    window.get_by_role("button", name="Verify Payment").click()
    expect(window.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page)
    amount.fill("84.25")
    window.get_by_role("button", name="Verify Payment").click()
    expect(window.get_by_role("heading", name="Authorization agreement")).to_be_visible()
    look(page)
    window.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    look(page)


def _start_autopay(page: Page, household: Household) -> None:
    page.goto(f"{household.portal}/billing/schedules/")
    page.get_by_role("link", name="Start Autopay").click()
    expect(page.get_by_role("button", name="Review Autopay")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Review Autopay").click()
    expect(page.get_by_role("heading", name="Authorization agreement")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Start Autopay").click()
    expect(page.get_by_text("Autopay is on", exact=True)).to_be_visible()
    look(page)
