"""Double click, Back, two tabs, two people, no answer: one payment, or a clear word."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from counterfoil.core import clock
from counterfoil.core.actor import GATEWAY
from counterfoil.flows.payments import resolve_unknown
from tests.journeys.household import Household

pytestmark = pytest.mark.django_db(transaction=True)


def test_double_click_pays_once(page: Page, household: Household) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page)
    household.pay_invoice(page)
    page.get_by_role("button", name="Submit Payment").dblclick()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    assert len(household.payments) == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_back_after_paying_cannot_pay_again(page: Page, household: Household, width: int) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page)
    page.set_viewport_size({"width": width, "height": 900})
    household.pay_invoice(page)
    verify = page.url
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    [payment] = household.payments
    page.go_back()
    if width == 390:
        # The window is a page of its own here: Back leads to the payment it has become.
        expect(page).to_have_url(re.compile(f"/payments/{payment.public_id}/"))
        page.goto(verify)
        expect(page).to_have_url(re.compile(f"/payments/{payment.public_id}/"))
    else:
        page.reload()
        expect(page.get_by_role("row", name=re.compile("INV-1001"))).to_contain_text("Paid")
    assert len(household.payments) == 1


def test_two_tabs_pay_what_is_owed_once(page: Page, household: Household) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page)
    page.set_viewport_size({"width": 390, "height": 900})
    household.pay_invoice(page)
    other = page.context.new_page()
    household.pay_invoice(other)
    other.get_by_role("button", name="Submit Payment").click()
    expect(other.get_by_text("Your payment was successful")).to_be_visible()
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Nothing is left to pay")).to_be_visible()
    household.see(page)
    assert len(household.payments) == 1


def test_two_people_are_warned_and_pay_once(page: Page, household: Household, browser: Browser) -> None:
    household.invoice("INV-1001")
    household.add_login("sam@example.test")
    household.log_in(page)
    household.add_card(page)
    household.pay_invoice(page)
    theirs = browser.new_context(viewport={"width": 390, "height": 900})
    sam = theirs.new_page()
    household.log_in(sam, "sam@example.test")
    household.pay_invoice(sam)
    expect(sam.get_by_text("Ruth Alvarez is paying this right now")).to_be_visible()
    household.see(sam)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    sam.get_by_role("button", name="Submit Payment").click()  # pay anyway
    expect(
        sam.get_by_text(re.compile("Someone paid this a minute ago|Nothing is left to pay")).first
    ).to_be_visible()
    household.see(sam)
    assert len(household.payments) == 1
    theirs.close()


def test_lost_answer_is_confirmed_by_itself(page: Page, household: Household) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page)
    household.pay_invoice(page)
    household.arm("answer_lost_after", times=1, on_call="charge")
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("We are confirming your payment")).to_be_visible()
    household.see(page)
    [payment] = household.payments
    assert payment.public_status == "Pending"
    # What the worker does a moment later; the page asks by itself and changes.
    resolve_unknown.ask(actor=GATEWAY, now=clock.now(), payment_ids=[payment.id], source="look_up")
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    expect(page.get_by_role("link", name="Download Receipt")).to_be_visible()
    assert [p.public_status for p in household.payments] == ["Paid"]


def test_check_again_asks_the_bank(page: Page, household: Household) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page)
    household.pay_invoice(page)
    household.arm("answer_lost_after", times=1, on_call="charge")
    page.get_by_role("button", name="Submit Payment").click()
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
