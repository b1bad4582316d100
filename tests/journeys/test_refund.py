"""Staff refund a part of what a resident's card paid; the payer reads it on the payment's page and in the mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, Page, expect

from counterfoil.flows.books import verify
from counterfoil.identity import permissions
from tests.factories import outbox, people
from tests.journeys.household import Household

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paid(page: Page, household: Household) -> str:
    """Let Ruth pay $3,200.00 by card; return the payment's number."""
    household.give_card()
    household.invoice("INV-1001", ("Monthly rent", 320_000))
    household.log_in(page)
    household.pay_invoice(page)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    [payment] = household.payments
    return payment.number


@pytest.fixture
def desk(browser: Browser, household: Household, paid: str, settings: LazySettings) -> Iterator[Page]:
    """Give the billing manager's browser, at the payments."""
    assert paid
    settings.COUNTERFOIL_MFA_REQUIRED = False  # the second factor has journeys of its own
    household.community.add_staff(role=permissions.BILLING, email="bill@example.test")
    opened = browser.new_page(locale="en-US")
    opened.goto(f"{household.portal}/desk/")
    opened.get_by_label("Email Address").fill("bill@example.test")
    opened.get_by_label("Password", exact=True).fill(people.PASSWORD)
    opened.get_by_role("button", name="Log In", exact=True).click()
    opened.wait_for_url("**/desk/**")
    opened.goto(f"{household.portal}/desk/{household.community.key}/payments/")
    yield opened
    opened.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_refund(desk: Page, page: Page, household: Household, paid: str, width: int) -> None:
    for each in (desk, page):
        each.set_viewport_size({"width": width, "height": 900})
    desk.get_by_role("link", name=paid).click()
    expect(desk.get_by_role("heading", name=f"Payment {paid}")).to_be_visible()
    household.see(desk)
    desk.get_by_role("link", name="Refund").click()
    expect(desk.get_by_role("textbox", name="Amount", exact=True)).to_have_value("3200.00")
    household.see(desk)
    # Too much is said beside the field, and what was typed stays.
    desk.get_by_role("textbox", name="Amount", exact=True).fill("$5,000")
    desk.get_by_label(re.compile("^Reason")).fill("Moved out on November 20")
    desk.get_by_role("button", name="Next: Review").click()
    expect(desk.get_by_text("not more than can be given back").first).to_be_visible()
    expect(desk.get_by_label(re.compile("^Reason"))).to_have_value("Moved out on November 20")
    household.see(desk)
    desk.get_by_role("textbox", name="Amount", exact=True).fill("1250")
    desk.get_by_role("radio", name=re.compile("^Is lowered")).check()
    desk.get_by_role("button", name="Next: Review").click()
    expect(desk.get_by_text("Lowered by the same amount.")).to_be_visible()
    household.see(desk)
    # One look back: everything is as it was typed.
    desk.get_by_role("button", name="Make Changes").click()
    expect(desk.get_by_role("radio", name=re.compile("^Is lowered"))).to_be_checked()
    expect(desk.get_by_role("textbox", name="Amount", exact=True)).to_have_value("1250")
    desk.get_by_role("button", name="Next: Review").click()
    desk.get_by_role("button", name="Refund $1,250.00").click()
    expect(desk.get_by_text("$1,250.00 was refunded.")).to_be_visible()
    expect(desk.get_by_text("Refunded $1,250.00 of $3,200.00")).to_be_visible()
    household.see(desk)
    desk.goto(f"{household.portal}/desk/{household.community.key}/payments/")
    expect(desk.get_by_role("row", name=re.compile(paid))).to_contain_text("$1,250.00 refunded")
    household.see(desk)

    page.goto(f"{household.portal}/billing/payments/")
    expect(page.get_by_text("$1,250.00 refunded")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name=paid, exact=True).click()
    expect(page.get_by_text(re.compile(r"\$1,250\.00 of it was refunded on"))).to_be_visible()
    expect(page.get_by_text("Moved out on November 20")).to_be_visible()
    household.see(page)
    mail = outbox.last()
    for words in ("$1,250.00", "$3,200.00", "Moved out on November 20", paid):
        assert words in mail
    assert not verify.run(biller_id=household.community.id)


def test_all_of_it_without_javascript(
    browser: Browser, desk: Page, page: Page, household: Household, paid: str
) -> None:
    context = browser.new_context(
        java_script_enabled=False, locale="en-US", storage_state=desk.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(desk.url)
    plain.get_by_role("link", name=paid).click()
    plain.get_by_role("link", name="Refund").click()
    plain.get_by_role("button", name="Next: Review").click()
    plain.get_by_role("button", name="Refund $3,200.00").click()
    expect(plain.get_by_text("All of it is refunded")).to_be_visible()
    expect(plain.get_by_role("link", name="Refund", exact=True)).to_have_count(0)
    context.close()

    page.goto(f"{household.portal}/billing/payments/?show=unpaid")
    page.get_by_role("link", name=paid, exact=True).click()
    expect(page.get_by_text("This payment was refunded", exact=True)).to_be_visible()
    household.see(page)
    assert "has refunded your payment of $3,200.00" in outbox.last()
