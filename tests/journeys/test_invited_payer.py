"""From the invitation's mail to the first look at the bills; and an invitation to somebody who has a login."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import people
from tests.journeys.household import PASSWORD, Household

pytestmark = pytest.mark.django_db(transaction=True)


def register(page: Page, email: str, password: str) -> None:
    """Fill in the form behind the invitation and send it."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    form = page.locator("form").filter(has=page.get_by_label("Password", exact=True))
    form.get_by_role("button").last.click()


def test_registering_from_the_link_shows_the_bills(page: Page, household: Household) -> None:
    household.invoice("INV-1001")
    invitation = household.community.invite(household.payer, "sam@example.test")
    link = f"{household.portal}/invitations/{people.secret_of(invitation)}/"
    for _ in range(2):  # a mail scanner opens it first: nothing is used up
        page.goto(link)
        expect(page.get_by_text("Harold Alvarez").first).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Set Up My Access").click()
    household.see(page)
    register(page, "somebody@example.test", "short")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    household.see(page)
    register(page, "sam@example.test", PASSWORD)
    expect(page.get_by_role("heading", name="Who pays?", level=1)).to_be_visible()
    household.see(page)
    page.get_by_role("radio", name="I pay by myself").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name=re.compile("^Billing")).click()
    expect(page.get_by_role("link", name="INV-1001", exact=True)).to_be_visible()
    page.get_by_role("button", name="Log Out").click()
    page.goto(link)
    expect(page.get_by_text("This invitation was finished.")).to_be_visible()
    household.see(page)


def test_a_login_adds_the_bills_of_another_account(page: Page, household: Household) -> None:
    account = household.community.add_account("Eleanor Whitfield", "10443")
    other = household.community.add_payer("Ruth Alvarez", account=account, email="ruth@example.test")
    invitation = household.community.invite(other, "ruth@example.test")
    page.goto(f"{household.portal}/invitations/{people.secret_of(invitation)}/")
    page.get_by_role("link", name="Log In").click()
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    page.get_by_role("button", name="Add to My Login").click()
    expect(page.get_by_text("The bills are now part of your login.")).to_be_visible()


def test_asking_again_has_one_answer_for_every_address(page: Page, household: Household) -> None:
    page.goto(household.portal)
    page.get_by_role("link", name="Did not get your invitation?").click()
    household.see(page)
    page.get_by_label("Email Address").fill("nobody@example.test")
    page.get_by_role("button", name="Send It Again").click()
    expect(page.get_by_text("Please look in your mailbox")).to_be_visible()
    household.see(page)
