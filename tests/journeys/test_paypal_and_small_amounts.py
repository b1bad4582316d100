"""PayPal, saved and for this time only, approved and canceled there; and an account confirmed by two small amounts."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests.journeys.household import Household, type_address, type_bank

pytestmark = pytest.mark.django_db(transaction=True)
BY_AMOUNTS = "000555555551"


def connect_paypal(household: Household) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billers_gatewayconnection SET kinds = ARRAY['bank', 'card', 'wallet'] WHERE biller_id = %s",
            [household.community.id],
        )


def submit(page: Page, household: Household, method: str) -> None:
    household.pay_invoice(page, method=method)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Approve this payment at PayPal")).to_be_visible()


def test_pays_with_paypal_this_time_only(page: Page, household: Household) -> None:
    connect_paypal(household)
    household.invoice("INV-1001")
    household.log_in(page)
    submit(page, household, "PayPal, this time only")
    household.see(page)
    page.get_by_role("link", name="Continue to PayPal").click()
    expect(page.get_by_role("heading", name="Sandbox Wallet")).to_be_visible()
    expect(page.get_by_text("$3,200.00")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    household.see(page)
    page.go_back()
    page.go_back()
    assert [p.public_status for p in household.payments] == ["Paid"]


def test_cancels_at_paypal_and_tries_again(page: Page, household: Household) -> None:
    connect_paypal(household)
    household.invoice("INV-1001")
    household.log_in(page)
    submit(page, household, "PayPal, this time only")
    page.get_by_role("link", name="Continue to PayPal").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("This payment was canceled")).to_be_visible()
    expect(page.get_by_text("No money moved.").first).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_label("Amount for invoice INV-1001")).to_have_value("3200.00")
    assert [p.public_status for p in household.payments] == ["Canceled"]


def test_saves_paypal_and_pays_with_it(page: Page, household: Household) -> None:
    connect_paypal(household)
    household.invoice("INV-1001")
    household.log_in(page)
    page.goto(f"{household.portal}/billing/methods/")
    page.get_by_text("+Add Payment Method").click()
    page.get_by_role("link", name="Add PayPal").click()
    household.see(page)
    page.get_by_label("Account Nickname").fill("Harold Alvarez")
    page.get_by_role("button", name="Continue to PayPal").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Nothing was added. You can try again.")).to_be_visible()
    expect(page.get_by_label("Account Nickname")).to_have_value("Harold Alvarez")
    household.see(page)
    page.get_by_role("button", name="Continue to PayPal").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("PayPal is connected.")).to_be_visible()
    household.see(page)
    submit(page, household, "Harold Alvarez")
    page.get_by_role("link", name="Continue to PayPal").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()


def test_types_in_the_two_small_amounts(page: Page, household: Household) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    page.goto(f"{household.portal}/billing/methods/add/bank/")
    type_bank(page.frame_locator("iframe"), BY_AMOUNTS)
    page.get_by_label("Account Nickname").fill("Credit union")
    type_address(page)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Type in the two small amounts")).to_be_visible()
    household.see(page)
    household.pay_invoice(page)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("We are sending two small amounts to your account").first).to_be_visible()
    expect(page.get_by_role("button", name="Pay with another method")).to_be_visible()
    household.see(page)
    assert [p.status for p in household.payments] == ["awaiting_validation"]
    waiting = page.url
    first, second = read_amounts(page, household)
    page.goto(waiting)
    page.get_by_role("link", name="Type in the amounts").click()
    household.see(page)
    page.get_by_label("First amount").fill("0.00")
    page.get_by_label("Second amount").fill(second)
    page.get_by_role("button", name="Confirm Bank Account").click()
    expect(page.get_by_text("Enter an amount from $0.01 to $0.99.").first).to_be_visible()
    household.see(page)
    page.get_by_label("First amount").fill(first)
    page.get_by_role("button", name="Confirm Bank Account").click()
    expect(page.get_by_text("Your bank account is confirmed.")).to_be_visible()
    assert [p.status for p in household.payments] == ["submitting"]
    mistype(page, household)


def mistype(page: Page, household: Household) -> None:
    """Type amounts that did not come to another account, until it can no longer be confirmed."""
    ref = household.give_bank(BY_AMOUNTS, "Savings")
    household.admin("clock", merchant=household.merchant, advance_bank_days=3)
    page.goto(f"{household.sandbox}/?merchant={household.merchant}")
    came = re.findall(r"0\.\d\d", page.get_by_role("region", name="Small Amounts").inner_text())
    wrong = next(amount for cents in range(1, 99) if (amount := f"0.{cents:02}") not in came)
    page.goto(f"{household.portal}/billing/methods/{ref}/amounts/")
    for left in ("2 more times", "1 more time", ""):
        page.get_by_label("First amount").fill(wrong)
        page.get_by_label("Second amount").fill(wrong)
        page.get_by_role("button", name="Confirm Bank Account").click()
        if left:
            expect(page.get_by_text(f"You can try {left}.").first).to_be_visible()
    expect(page.get_by_text("This bank account can no longer be confirmed")).to_be_visible()
    household.see(page)


def read_amounts(page: Page, household: Household) -> tuple[str, str]:
    """Look at the account's statement once the amounts are there: the page of the practice gateway's books."""
    household.admin("clock", merchant=household.merchant, advance_bank_days=3)
    page.goto(f"{household.sandbox}/?merchant={household.merchant}")
    shown = page.get_by_role("region", name="Small Amounts").inner_text()
    found = re.search(r"\$(0\.\d\d) and \$(0\.\d\d)", shown)
    assert found, shown
    return found[1], found[2]
