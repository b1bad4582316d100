"""The guide's 'Manage My Payment Methods' line by line; and a card that expires, from the mail to the pay page."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from playwright.sync_api import Locator, Page, expect

from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.billers import change_settings
from counterfoil.flows.methods import warn_expiring
from counterfoil.flows.payers import link
from counterfoil.flows.payers.link import NewLink
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.schedules import review, schedule_payment
from counterfoil.methods import queries as method_queries
from tests.journeys.household import Household, type_address, type_bank, type_card

pytestmark = pytest.mark.django_db(transaction=True)
MASTERCARD = "5555555555554444"


def row_of(page: Page, last4: str) -> Locator:
    return page.get_by_role("row", name=re.compile(last4))


def options(page: Page, last4: str, choice: str) -> None:
    """Open the Options menu of a method and choose."""
    page.goto(page.url.split("/billing/")[0] + "/billing/methods/")
    row_of(page, last4).locator("summary", has_text="Options").click()
    page.get_by_role("link", name=choice).or_(page.get_by_role("button", name=choice, exact=True)).click()


def two_parents(household: Household) -> None:
    """Let Ruth pay for her mother too, at a biller that collects and takes payments on later dates."""
    helen = household.community.add_account("Helen Alvarez", "10443")
    new = NewLink(account_id=helen.id, payer_id=household.payer.id, relation="child")
    link.run(actor=household.community.staff, now=clock.now(), new=new)
    change_settings.run(
        actor=OPERATOR,
        now=clock.now(),
        biller_id=household.community.id,
        section="portal",
        changes={"collects": True, "schedule_payment": True},
    )


def set_for_later(household: Household, method: str) -> None:
    """Let Ruth set a payment for ten days from now."""
    order = PayOrder(household.payer.id, household.account.id, method, Mode.OUTSTANDING, ())
    on = household.today + timedelta(days=10)
    seen = review.run(actor=household.ruth, now=clock.now(), order=order, on=on)
    schedule_payment.run(
        actor=household.ruth, now=clock.now(), order=order, on=on, key="ten-days", seen=seen.digest
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_manage_my_payment_methods(page: Page, household: Household, width: int) -> None:
    two_parents(household)
    household.invoice("INV-1001")
    page.set_viewport_size({"width": width, "height": 900})
    household.log_in(page)
    _add(page, household)
    _edit(page, household)
    _replace(page, household)
    _permission(page, household)
    _disable(page, household)
    _delete(page, household)


def _add(page: Page, household: Household) -> None:
    page.goto(f"{household.portal}/billing/methods/add/card/")
    type_card(page.frame_locator("iframe"), "4242424242424242")
    page.get_by_label("Account Nickname").fill("Harold Alvarez")
    type_address(page)
    question = page.get_by_role("group", name="May Maple Court collect what I owe from this method?")
    for answer in ("Yes", "No"):  # neither is preset
        expect(question.get_by_role("radio", name=answer)).not_to_be_checked()
    expect(page.get_by_text("I, Ruth Alvarez, authorize")).to_be_visible()  # its authorization beside it
    household.see(page)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Choose Yes or No.").first).to_be_visible()  # and it must be answered
    expect(page.get_by_text("Your card details are entered")).to_be_visible()
    question.get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Payment method added.")).to_be_visible()
    expect(row_of(page, "4242")).to_contain_text("may collect")
    household.see(page)


def _edit(page: Page, household: Household) -> None:
    options(page, "4242", "Edit")  # update any of the payment method details
    household.see(page)
    page.get_by_label("Account Nickname").fill("Dad's card")
    page.get_by_label("Expiration Date").fill("4/31")
    page.get_by_role("group", name="Use it for").get_by_role("checkbox", name="Helen Alvarez").uncheck()
    page.get_by_role("radio", name="A new address").check()
    page.get_by_label("Street Address").fill("9 Lake Road")
    page.get_by_label("City").fill("Galena")
    page.get_by_label("State", exact=True).fill("IL")
    page.get_by_label("ZIP Code", exact=True).fill("61036")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Payment method changed.")).to_be_visible()
    row = row_of(page, "4242")
    for said in ("Dad's card", "Only for Harold Alvarez", "Expires 04/2031", "Default"):
        expect(row).to_contain_text(said)
    household.see(page)
    options(page, "4242", "Edit")
    expect(page.get_by_role("radio", name="9 Lake Road")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Helen Alvarez")).not_to_be_checked()


def _replace(page: Page, household: Household) -> None:
    page.get_by_role("link", name="Replace the number").click()
    type_card(page.frame_locator("iframe"), MASTERCARD)
    household.see(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("goes on collecting from this method")).to_be_visible()
    expect(page.get_by_text("****4444").first).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Replace the number").click()
    expect(page.get_by_text("The number was replaced.")).to_be_visible()
    for said in ("Dad's card", "Only for Harold Alvarez", "Default", "may collect"):
        expect(row_of(page, "4444")).to_contain_text(said)


def _permission(page: Page, household: Household) -> None:
    options(page, "4444", "Edit")
    page.get_by_role("link", name="Read or end this permission").click()
    household.see(page)
    page.get_by_role("button", name="End this permission").click()
    expect(page.get_by_text("The permission is ended.")).to_be_visible()
    expect(row_of(page, "4444")).not_to_contain_text("may collect")
    options(page, "4444", "Edit")
    page.get_by_role("link", name="Read and answer").click()
    expect(
        page.get_by_text("MasterCard ****4444").or_(page.get_by_text("Mastercard ****4444"))
    ).to_be_visible()
    household.see(page)


def _disable(page: Page, household: Household) -> None:
    [card] = method_queries.list_for(actor=household.ruth)
    set_for_later(household, card.public_id)
    options(page, "4444", "Disable")  # temporarily make it inactive
    expect(page.get_by_text("What uses this method")).to_be_visible()
    expect(page.get_by_text("$3,200.00 for Harold Alvarez")).to_be_visible()
    household.see(page)
    page.get_by_role("radio", name=re.compile("Nothing")).check()
    page.get_by_role("button", name="Disable").click()
    expect(row_of(page, "4444")).to_contain_text("Disabled")
    options(page, "4444", "Enable")
    expect(page.get_by_text("Payment method enabled.")).to_be_visible()


def _delete(page: Page, household: Household) -> None:
    [card] = method_queries.list_for(actor=household.ruth)
    set_for_later_again(household, card.public_id)
    options(page, "4444", "Delete")  # permanently remove
    expect(page.get_by_text("Another method is needed first")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Add New Bank Account").click()
    type_bank(page.frame_locator("iframe"))
    page.get_by_label("Account Nickname").fill("Dad's checking")
    page.get_by_role("group", name="May Maple Court").get_by_role("radio", name="No").check()
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_role("heading", name="Delete this payment method?")).to_be_visible()  # and back
    page.get_by_role("radio", name="Dad's checking").check()
    household.see(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("****6789").first).to_be_visible()  # what is agreed to with the other one
    household.see(page)
    page.get_by_role("button", name="Use it and delete the old one").click()
    expect(page.get_by_text("Payment method deleted.")).to_be_visible()
    expect(page.get_by_text("No card yet")).to_be_visible()
    household.see(page)


def set_for_later_again(household: Household, method: str) -> None:
    """Set another payment, as the first one was canceled with its method."""
    order = PayOrder(household.payer.id, household.account.id, method, Mode.OUTSTANDING, ())
    on = household.today + timedelta(days=12)
    seen = review.run(actor=household.ruth, now=clock.now(), order=order, on=on)
    schedule_payment.run(
        actor=household.ruth, now=clock.now(), order=order, on=on, key="again", seen=seen.digest
    )


def test_a_card_expires(page: Page, household: Household) -> None:
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page)
    noon = datetime.combine(household.today, time(12), tzinfo=ZoneInfo("America/Chicago"))
    options(page, "4242", "Edit")
    page.get_by_label("Expiration Date").fill(f"{noon:%m / %Y}")
    page.get_by_role("button", name="Save").click()
    expect(row_of(page, "4242")).to_contain_text(f"Expires {noon:%m/%Y}")

    for at in (noon, noon + timedelta(hours=1)):
        warn_expiring.run(actor=WORKER, now=at)  # once for each date on it
    [told] = warned(household)
    page.goto(f"{household.portal}{told}")  # the button of the mail
    household.see(page)

    month_before = noon.replace(day=1) - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE methods_paymentmethod SET exp_month = %s, exp_year = %s",
            [month_before.month, month_before.year],
        )
    page.goto(f"{household.portal}/billing/methods/")
    expect(row_of(page, "4242")).to_contain_text(f"Expired {month_before:%m/%Y}")
    household.see(page)
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Invoice").first.click()
    expired = page.get_by_role("list", name="Expired cards").get_by_role("listitem")
    expect(expired).to_contain_text("ending in 4242")
    expect(page.get_by_role("radio", name="4242")).to_have_count(0)
    household.see(page)

    # Renewed on the way: the window comes back with the card chosen.
    expired.get_by_role("button", name="Change its expiration date").click()
    page.get_by_label("Expiration Date").fill("04/2031")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("radio", name="4242")).to_be_checked()
    page.get_by_role("button", name="Verify Payment").last.click()
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was successful")).to_be_visible()


def warned(household: Household) -> list[str]:
    """Return where the buttons of the mails about expiring cards lead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data->>'link' FROM notices_notice WHERE key = 'method_expiring'")
        return [link_ for (link_,) in cursor.fetchall()]
