"""The pictures of docs/: every screen on a phone and on a desk, taken from the running product.

`make screenshots` writes them to `docs/pictures/`; in an ordinary run they go to a temporary folder, and what is
checked is that every screen opens, fits its width, and that axe has nothing to say.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from counterfoil.identity import permissions
from tests.factories import people
from tests.journeys.axe import found_on
from tests.journeys.household import Household, type_address, type_bank

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = {390: 844, 1280: 900}


class Camera:
    """Takes a page at both widths, and looks at it."""

    def __init__(self, page: Page, portal: str, folder: Path) -> None:
        self.page, self.portal, self.folder = page, portal, folder

    def take(self, name: str) -> None:
        """Take one screen."""
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_load_state()
            self.page.evaluate("document.fonts.ready.then(() => true)")
            self._look()
            self.page.evaluate(
                "window.scrollTo(0, 0); document.querySelector('dialog[open]')?.scrollTo(0, 0)"
            )
            path = self.folder / f"{name}-{width}.png"
            # A window over the page is pictured as it stands on the screen.
            is_window = self.page.locator("dialog[open]").count() > 0
            self.page.screenshot(path=path, full_page=not is_window)
            assert path.stat().st_size > 5_000

    def _look(self) -> None:
        assert found_on(self.page) == [], self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), self.page.url

    def open(self, name: str, address: str) -> None:
        """Open an address of the product and take it."""
        answer = self.page.goto(f"{self.portal}{address}")
        assert answer is not None
        assert answer.ok, address
        self.take(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the pictures go."""
    chosen = Path(os.environ.get("COUNTERFOIL_SCREENSHOTS") or tmp_path)
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def test_screenshots_of_the_portal(page: Page, household: Household, folder: Path) -> None:
    household.invoice("INV-1002", ("Monthly rent", 328_500), ("Care level 2", 64_000), due_in=-12)
    household.invoice("INV-1003", ("Monthly rent", 328_500), ("Care level 2", 64_000), ("Salon", 7_800))
    camera = Camera(page, household.portal, folder)
    camera.open("portal-sign-in", "/")
    household.log_in(page)
    camera.take("portal-dashboard")
    page.goto(f"{household.portal}/billing/methods/add/bank/")
    type_bank(page.frame_locator("iframe"))
    page.get_by_label("Account Nickname").fill("Harold Alvarez")
    type_address(page)
    camera.take("portal-add-bank-account")
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Payment method added.")).to_be_visible()
    camera.open("portal-methods", "/billing/methods/")
    camera.open("portal-invoices", "/billing/invoices/")
    page.get_by_role("link", name="INV-1002", exact=True).click()
    camera.take("portal-invoice")
    page.get_by_role("link", name="Pay Invoice").first.click()
    expect(page.get_by_role("button", name="Verify Payment")).to_be_visible()
    camera.take("portal-pay-1-select-method")
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_role("button", name="Submit Payment")).to_be_visible()
    camera.take("portal-pay-2-verify-payment")
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_role("link", name="Download Receipt")).to_be_visible()
    camera.take("portal-pay-3-done")
    camera.open("portal-payments", "/billing/payments/")
    for name, address in {
        "portal-schedules": "/billing/schedules/",
        "portal-autopay": "/billing/schedules/autopay/",
        "portal-documents": "/billing/documents/",
        "portal-sharing": "/sharing/",
        "portal-requests": "/requests/",
        "portal-profile": "/profile/",
        "portal-help": "/help/",
        "portal-genuine": reverse("portal-genuine"),
    }.items():
        camera.open(name, address)


def test_screenshots_of_the_desk(
    browser: Browser, page: Page, household: Household, folder: Path, settings: LazySettings
) -> None:
    settings.COUNTERFOIL_MFA_REQUIRED = False  # the second factor has journeys of its own
    household.invoice("INV-1002", ("Monthly rent", 328_500), due_in=-12)
    household.log_in(page)
    household.add_card(page)
    household.pay_invoice(page)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_role("link", name="Download Receipt")).to_be_visible()
    household.invoice("INV-1003", ("Monthly rent", 328_500), ("Care level 2", 64_000))
    household.community.add_staff(role=permissions.BILLING, email="bill@example.test")
    desk = browser.new_page(locale="en-US")
    staff = Camera(desk, household.portal, folder)
    desk.goto(f"{household.portal}/desk/")
    desk.get_by_label("Email Address").fill("bill@example.test")
    desk.get_by_label("Password", exact=True).fill(people.PASSWORD)
    desk.get_by_role("button", name="Log In", exact=True).click()
    desk.wait_for_url("**/desk/**")
    home = f"/desk/{household.community.key}"
    staff.open("desk-accounts", f"{home}/accounts/")
    desk.get_by_role("link", name="Harold Alvarez").first.click()
    staff.take("desk-account")
    staff.open("desk-invoices", f"{home}/invoices/")
    staff.open("desk-payments", f"{home}/payments/")
    desk.get_by_role("link", name=household.payments[0].number).click()
    staff.take("desk-payment")
    desk.get_by_role("link", name="Refund", exact=True).click()
    staff.take("desk-refund")
    desk.get_by_role("textbox", name="Amount", exact=True).fill("1,250.00")
    desk.get_by_role("button", name="Next: Review").click()
    expect(desk.get_by_role("button", name="Refund $1,250.00")).to_be_visible()
    staff.take("desk-refund-review")
    staff.open("desk-undeposited-payments", f"{home}/payment-center/undeposited/")
    staff.open("desk-access", f"{home}/connect-center/access/")
    desk.close()
