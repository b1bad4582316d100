"""Autopay whose debit the bank sends back: told honestly, tried again once as agreed, and then paid."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.core import mail
from playwright.sync_api import Page, expect

from counterfoil.core import clock
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.notices import deliver
from counterfoil.flows.payments import resolve_unknown, settle_matured
from counterfoil.flows.schedules import plan_autopay, run_due
from counterfoil.notices.models import Delivery
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import ScheduledRow
from counterfoil.ui import formats
from tests.journeys.household import Household, type_address, type_bank

pytestmark = pytest.mark.django_db(transaction=True)
NO_MONEY_ONCE = "000111111117"


@pytest.fixture
def household(household: Household, settings: LazySettings) -> Iterator[Household]:
    """Give a family whose days can go by: only a demo's clock can be moved."""
    settings.COUNTERFOIL_INSTALLATION = "demo"
    clock.set_offset(0)
    yield household
    clock.set_offset(0)


def go_to(household: Household, day: date) -> None:
    """Let it be the morning of a day, here and at the gateway, and the worker do what falls to it."""
    mails()
    morning = datetime.combine(day, time(10), tzinfo=ZoneInfo(household.community.row.zone)).astimezone(UTC)
    clock.advance(max(0, int((morning - clock.now()).total_seconds())))
    household.admin("clock", merchant=household.merchant, to=morning.isoformat())
    biller_id = household.community.id
    resolve_unknown.ask(
        actor=WORKER, now=clock.now(), payment_ids=[row.id for row in household.payments], source="look_up"
    )
    settle_matured.run(actor=WORKER, now=clock.now(), biller_id=biller_id)
    plan_autopay.run(actor=WORKER, now=clock.now(), biller_id=biller_id)
    run_due.run(actor=WORKER, now=clock.now(), biller_id=biller_id)


def waiting(household: Household) -> ScheduledRow:
    """Return the one payment that is set for later."""
    [row] = schedule_queries.list_scheduled(actor=WORKER, payer_ids=[household.payer.id])
    return row


def mails() -> dict[str, list[str]]:
    """Send what waits to be sent; return what lies in Ruth's mailbox, by subject."""
    for delivery_id in Delivery.objects.filter(sent_at=None).order_by("pk").values_list("pk", flat=True):
        deliver.run(actor=WORKER, now=clock.now(), delivery_id=delivery_id)
    found = defaultdict[str, list[str]](list)
    for each in mail.outbox:
        found[str(each.subject)].append(str(each.body))
    return found


def start_autopay(page: Page, household: Household) -> None:
    """Save the bank account that will be empty on the first day, and start autopay from it."""
    page.goto(f"{household.portal}/billing/methods/add/bank/")
    type_bank(page.frame_locator("iframe"), NO_MONEY_ONCE)
    page.get_by_label("Account Nickname").fill("Harold Alvarez")
    type_address(page)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Payment method added.")).to_be_visible()
    page.goto(f"{household.portal}/billing/schedules/")
    page.get_by_role("link", name="Start Autopay").click()
    page.get_by_role("button", name="Review Autopay").click()
    page.get_by_role("button", name="Start Autopay").click()
    expect(page.get_by_text("Autopay is on", exact=True)).to_be_visible()


def open_last_payment(page: Page, household: Household) -> None:
    """Open the newest payment from the list of them."""
    page.goto(f"{household.portal}/billing/payments/")
    page.get_by_role("link", name=household.payments[0].number, exact=True).click()


def test_autopay_comes_back_for_want_of_money_and_is_paid_at_the_second_try(
    page: Page, household: Household
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    household.invoice("INV-1001", ("Monthly rent", 320_000), due_in=20)
    household.log_in(page)
    start_autopay(page, household)

    # Its day comes: debited, and on its way.
    go_to(household, waiting(household).run_on)
    open_last_payment(page, household)
    steps = page.get_by_role("region", name="What happens with it")
    expect(steps).to_contain_text("By autopay")
    expect(steps).to_contain_text("We expect to hear by")

    # The bank sends it back: why, that it is tried again and when, and how to stop that.
    go_to(household, household.today + timedelta(days=8))
    again = waiting(household)
    day = formats.day(again.run_on, reference=household.today)
    assert (again.origin, again.amount_minor, again.tries) == ("retry", 320_000, 1)
    open_last_payment(page, household)
    expect(page.get_by_text("Your bank sent this payment back", exact=True)).to_be_visible()
    expect(page.get_by_text("not enough money in the account. What it paid is owed again.")).to_be_visible()
    expect(page.get_by_text(f"We will try the same amount again on {day}")).to_be_visible()
    expect(steps).to_contain_text(f"We try it again{day}")
    household.see(page)
    page.get_by_role("link", name="Autopay & Schedules").click()
    expect(
        page.get_by_text(f"The last payment did not go through. We try it again: $3,200.00 on {day}.")
    ).to_be_visible()
    household.see(page)
    page.get_by_role("link", name=re.compile("^Manage")).click()
    expect(page.get_by_text("The last payment did not go through", exact=True)).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="See what is tried again").click()
    expect(page.get_by_role("link", name="Cancel Payment")).to_be_visible()

    # There is money in the account on the day of the second try, and it stays.
    go_to(household, again.run_on)
    open_last_payment(page, household)
    expect(page.get_by_text("Your payment is on its way")).to_be_visible()
    go_to(household, household.today + timedelta(days=12))
    page.reload()
    expect(page.get_by_text("This payment is paid")).to_be_visible()
    household.see(page)
    page.goto(f"{household.portal}/billing/invoices/")
    expect(page.get_by_text("Nothing is due")).to_be_visible()
    page.get_by_role("link", name="Autopay & Schedules").click()
    expect(page.get_by_text("Nothing is planned now. It pays the next bill.")).to_be_visible()

    assert [payment.public_status for payment in household.payments] == ["Paid", "Returned"]
    told = mails()
    assert len(told["Receipt for your payment to Maple Court"]) == 2
    [failed] = told["Your payment to Maple Court did not go through"]
    assert "Your bank sent it back: there was not enough money in the account." in failed
    assert "We will try the same amount again on" in failed
    assert verify.run(biller_id=household.community.id) == []
    assert reconcile.run(actor=WORKER, biller_id=household.community.id).differences == []
