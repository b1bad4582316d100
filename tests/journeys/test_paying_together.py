"""A daughter pays from the bus, two communities in one sitting, and a month ahead."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from counterfoil.core.actor import Actor
from counterfoil.flows.payers import accept_invitation
from counterfoil.payers.queries import PayerRow
from tests.factories import people
from tests.journeys.household import Household, type_address, type_card

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Elsewhere(Household):
    """A second community, whose bills the same login pays."""

    login: Actor | None = None
    merchant_of: Household | None = None

    def _connect(self) -> None:
        self.merchant = self.merchant_of.merchant if self.merchant_of else self.merchant
        super()._connect()

    def add_login(self, email: str, *, payer: PayerRow | None = None, profile: str = "billing") -> Actor:
        """Let the login that is there already act for this payer too."""
        assert self.login is not None
        invitation = self.community.invite(payer or self.payer, email, profile_key=profile)
        accept_invitation.run(actor=self.login, now=people.NOW, secret=people.secret_of(invitation))
        return self.login


def test_pays_her_mothers_bill_from_a_phone(page: Page, household: Household) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    household.invoice("INV-1001", ("Monthly rent", 320_000))
    household.log_in(page)
    household.see(page)
    page.get_by_role("link", name=re.compile("Billing")).first.click()
    expect(page.get_by_text("$3,200.00").first).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Pay Outstanding").click()
    household.see(page)
    # She has no method yet: she adds one inside the window and comes back to it.
    page.get_by_role("button", name="Add New Card").click()
    type_card(page.frame_locator("iframe"), "4242424242424242")
    page.get_by_label("Account Nickname").fill("Harold Alvarez")
    type_address(page)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_role("radio", name=re.compile("Harold Alvarez"))).to_be_checked()
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("$3,200.00").first).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    household.see(page)
    assert [payment.public_status for payment in household.payments] == ["Paid"]


def test_pays_two_billers_in_one_sitting(page: Page, household: Household) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    other = Elsewhere(
        household.portal,
        household.sandbox,
        community=people.Community("Oak Hill"),
        login=household.ruth,
    )
    household.invoice("INV-1001", ("Monthly rent", 320_000))
    other.invoice("OAK-7", ("Garden flat", 95_000))
    household.log_in(page)
    page.goto(f"{household.portal}/billing/invoices/")
    household.see(page)
    page.get_by_role("link", name="Pay Outstanding", exact=True).click()
    household.see(page)
    for biller in (household.community.name, "Oak Hill"):
        page.get_by_role("button", name=f"Add New Card for {biller}").click()
        type_card(page.frame_locator("iframe"), "4242424242424242")
        page.get_by_label("Account Nickname").fill(f"Card for {biller}")
        if page.get_by_label("Street Address").is_visible():
            type_address(page)
        page.get_by_role("button", name="Add Payment Method").click()
        expect(page.get_by_role("radio", name=re.compile(f"Card for {biller}"))).to_be_checked()
    household.see(page)
    amount = page.get_by_role("group", name="Bills from Oak Hill").get_by_label(re.compile("Amount for"))
    expect(amount).to_have_value("950.00")
    amount.fill("half of it")
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("Enter an amount in dollars and cents").first).to_be_visible()
    expect(amount).to_have_value("half of it")
    household.see(page)
    amount.fill("$500")
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("You pay, in 2 payments")).to_be_visible()
    expect(page.get_by_text("$3,700.00").first).to_be_visible()
    expect(page.get_by_role("heading", name="Authorization agreement")).to_have_count(2)
    household.see(page)
    page.get_by_role("button", name="Submit Payment").dblclick()
    expect(page.get_by_text("Your payments were submitted")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Download Receipt"))).to_have_count(2)
    household.see(page)
    page.go_back()
    expect(page.get_by_text("Your payments were submitted")).to_be_visible()
    assert [len(household.payments), len(other.payments)] == [1, 1]


def test_a_saved_card_is_used_for_another_biller_too(page: Page, household: Household) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    other = Elsewhere(
        household.portal,
        household.sandbox,
        community=people.Community("Oak Hill"),
        login=household.ruth,
        merchant_of=household,
    )
    household.give_card()
    household.log_in(page)
    page.goto(f"{household.portal}/billing/methods/add/card/?payer={other.payer.public_id}")
    expect(page.get_by_text("for Maple Court.")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Use also for Oak Hill").click()
    expect(page.get_by_text("Nothing is charged now.")).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Tick this box to go on.").first).to_be_visible()
    household.see(page)
    page.get_by_label("Yes, Oak Hill may keep this method").check()
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Payment method added.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("4242"))).to_have_count(2)
    household.see(page)


def test_pays_ahead_when_nothing_is_owed(page: Page, household: Household) -> None:
    household.log_in(page)
    household.add_card(page)
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Ahead").click()
    page.get_by_label("Amount to pay ahead").fill("$250")
    household.see(page)
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("Credit for the next invoice")).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()
    household.see(page)
    page.goto(f"{household.portal}/billing/invoices/")
    expect(page.get_by_text("$250.00").first).to_be_visible()
