"""A house takes a fee for cards: it is said beside the card, before the last button, and on the receipt."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import change_settings
from counterfoil.flows.books import verify
from tests.journeys.household import Household

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_fee_is_said_before_it_is_paid_and_a_bank_account_is_free(page: Page, household: Household) -> None:
    change_settings.run(
        actor=OPERATOR,
        now=clock.now(),
        biller_id=household.community.id,
        section="payments",
        changes={"card_fee_minor": 295},
    )
    page.set_viewport_size({"width": 390, "height": 844})
    household.give_card()
    household.give_bank(nickname="Checking at home")
    household.invoice("INV-1001", ("Monthly rent", 320_000))
    household.log_in(page)
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Invoice").click()
    expect(page.get_by_text("Fee $2.95")).to_be_visible()
    expect(page.get_by_text("No fee")).to_be_visible()
    household.see(page)

    page.get_by_role("radio", name=re.compile("Harold Alvarez")).check()
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_role("button", name="Submit Payment")).to_be_visible()
    for figure in ("$3,200.00", "$2.95", "$3,202.95"):
        expect(page.get_by_text(figure).first).to_be_visible()
    household.see(page)

    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    household.see(page)
    [payment] = household.payments
    assert (payment.amount_minor, payment.fee_minor, payment.total_minor) == (320_000, 295, 320_295)
    # The gateway took the whole; its books and ours agree.
    assert "$3,202.95" in httpx.get(household.sandbox).text
    assert not verify.run(biller_id=household.community.id)
