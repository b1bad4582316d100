"""The staff's guide from inviting a payer to the Payment Center, in its own words; both sides in a browser."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import LazySettings
from playwright.sync_api import Browser, Locator, Page, expect

from counterfoil.identity import permissions
from counterfoil.payers import access_queries as payer_access
from tests.factories import people
from tests.journeys.household import Household, type_address, type_bank

pytestmark = pytest.mark.django_db(transaction=True)

SON = "daniel@example.test"
CHOSEN = "a long quiet evening walk"


@pytest.mark.parametrize("width", [390, 1280])
def test_guide_alis_staff(
    browser: Browser, page: Page, household: Household, settings: LazySettings, width: int
) -> None:
    household.payer = household.community.add_payer("Daniel Whitfield", email=SON, account=household.account)
    household.invoice("INV-1001", ("Monthly rent", 520_000), ("Care level 2", 92_500))
    household.community.add_staff(role=permissions.BILLING, email="sam@example.test")
    settings.COUNTERFOIL_MFA_REQUIRED = True
    page.set_viewport_size({"width": width, "height": 900})
    theirs = browser.new_context(
        locale="en-US", reduced_motion="reduce", viewport={"width": width, "height": 900}
    )
    payer = theirs.new_page()

    _staff_log_in_and_set_up_a_second_factor(page, household)
    _step_2_give_payers_access(page, household)
    _register(payer, household)
    expect(_access(page, household, "Daniel Whitfield")).to_contain_text("Has access")
    _step_3_payer_sets_up_a_payment_method(payer, household)
    _step_4_payer_pays(payer)
    _undeposited_payments(page, household)
    theirs.close()


def _desk(household: Household, address: str = "") -> str:
    return f"{household.portal}/desk/{household.community.key}/{address}"


def _staff_log_in_and_set_up_a_second_factor(page: Page, household: Household) -> None:
    page.goto(f"{household.portal}/desk/")
    page.get_by_label("Email Address").fill("sam@example.test")
    page.get_by_label("Password", exact=True).fill(people.PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    page.wait_for_url("**/2fa/totp/activate/**")  # not one page of the desk before it
    household.see(page)
    page.goto(_desk(household, "accounts/"))
    page.wait_for_url("**/2fa/totp/activate/**")
    secret = page.locator("#authenticator_secret").input_value()
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    page.locator("input[name=code]").fill(code)
    page.locator("main button[type=submit], form:has(input[name=code]) button").first.click()
    page.wait_for_url(re.compile("recovery-codes|/desk/"))
    page.goto(f"{household.portal}/desk/")
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    household.see(page)


def _access(page: Page, household: Household, name: str) -> Locator:
    page.goto(_desk(household, "connect-center/access/"))
    return page.get_by_role("row", name=re.compile(name))


def _step_2_give_payers_access(page: Page, household: Household) -> None:
    page.get_by_role("link", name="Connect Center").first.click()
    expect(page.get_by_role("link", name="Access", exact=True)).to_have_attribute("aria-current", "page")
    household.see(page)
    page.get_by_role("link", name="Invite: Daniel Whitfield").click()
    expect(page.get_by_label("Email Address")).to_have_value(SON)
    confirm = page.get_by_label("I confirm that this person may see the billing data of Harold Alvarez.")
    expect(confirm).not_to_be_checked()
    page.get_by_role("button", name="Send Invitation").click()
    expect(page.get_by_text("Confirm that this person may see the billing data.").first).to_be_visible()
    household.see(page)
    confirm.check()
    page.get_by_role("radio", name=re.compile("^Billing")).check()
    page.get_by_role("button", name="Send Invitation").click()
    expect(page.get_by_text(f"The invitation was sent to {SON}.")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Daniel Whitfield"))
    expect(row).to_contain_text("Invited")
    expect(row).to_contain_text("expires")
    household.see(page)
    page.get_by_role("link", name="User Profiles").click()
    expect(page.get_by_role("columnheader", name="See only")).to_be_visible()
    household.see(page)


def _register(payer: Page, household: Household) -> None:
    found = payer_access.list_invitations_to(email=SON)
    payer.goto(f"{household.portal}/invitations/{people.secret_of(found[0])}/")
    payer.get_by_role("link", name="Set Up My Access").click()
    if payer.locator("input[name=email]").is_editable():
        payer.locator("input[name=email]").fill(SON)
    payer.locator("input[name=password1]").fill(CHOSEN)
    payer.locator("form:has(input[name=password1]) button[type=submit]").last.click()
    payer.get_by_role("link", name="Decide later").click()
    expect(payer.get_by_role("link", name=re.compile("^Billing"))).to_be_visible()


def _step_3_payer_sets_up_a_payment_method(payer: Page, household: Household) -> None:
    payer.goto(f"{household.portal}/billing/methods/add/bank/")
    type_bank(payer.frame_locator("iframe"))
    payer.get_by_label("Account Nickname").fill("Harold Alvarez")
    type_address(payer)
    payer.get_by_role("button", name="Add Payment Method").click()
    expect(payer.get_by_text("Payment method added.")).to_be_visible()


def _step_4_payer_pays(payer: Page) -> None:
    payer.get_by_role("link", name="Invoices").first.click()
    payer.get_by_role("link", name="Pay Outstanding").first.click()
    payer.get_by_role("button", name="Verify Payment").click()
    payer.get_by_role("button", name="Submit Payment").click()
    expect(payer.get_by_role("link", name="Download Receipt")).to_be_visible()


def _undeposited_payments(page: Page, household: Household) -> None:
    """As soon as a payment is submitted, its details are visible to the billing team."""
    page.goto(_desk(household, "accounts/"))
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Payment Center")).to_be_visible()
    expect(page.get_by_role("link", name="Undeposited Payments")).to_have_attribute("aria-current", "page")
    row = page.get_by_role("row", name=re.compile("Daniel Whitfield"))
    for words in ("10442", "INV-1001", "•••• 6789", "$6,125.00", "$0.00", "Portal", "Pending"):
        expect(row).to_contain_text(words)
    household.see(page)
    row.get_by_role("link").first.click()
    expect(page.get_by_text("Accepted by the bank, pending")).to_be_visible()
    expect(page.get_by_text("authorize Maple Court")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Harold Alvarez").click()
    expect(page.get_by_role("heading", name="Harold Alvarez")).to_be_visible()
    expect(page.get_by_text("Payment pending")).to_be_visible()
    household.see(page)


def test_keys_lead_about_and_can_be_switched_off(
    page: Page, household: Household, settings: LazySettings
) -> None:
    settings.COUNTERFOIL_MFA_REQUIRED = False
    household.community.add_staff(email="keys@example.test")
    page.goto(f"{household.portal}/desk/")
    page.get_by_label("Email Address").fill("keys@example.test")
    page.get_by_label("Password", exact=True).fill(people.PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    page.wait_for_load_state()  # keys are heard once the page's script has run

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    page.keyboard.type("g")  # typing is not a shortcut
    page.keyboard.type("i")
    page.get_by_role("searchbox").first.blur()
    expect(page).to_have_url(re.compile("/accounts/"))

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    household.see(page)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
    page.wait_for_load_state()

    page.get_by_role("button", name=re.compile("Shortcuts")).click()
    page.get_by_label("Use these shortcuts on this computer").uncheck()
    page.get_by_role("button", name="Close").click()
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.keyboard.press("/")
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
    expect(page.get_by_role("searchbox").first).not_to_be_focused()
