"""A payment for a later day that is canceled again; autopay by keyboard alone, paused, resumed, and skipped once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.billers import change_settings
from counterfoil.flows.schedules import enroll
from counterfoil.flows.schedules.enroll import EnrollmentForm
from counterfoil.schedules import queries as schedule_queries
from tests.journeys.household import Household

pytestmark = pytest.mark.django_db(transaction=True)


def allow_later(household: Household) -> None:
    change_settings.run(
        actor=OPERATOR,
        now=clock.now(),
        biller_id=household.community.id,
        section="portal",
        changes={"schedule_payment": True},
    )


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the control of this name."""
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const at = document.activeElement;"
            " return (at.labels?.[0]?.innerText || at.getAttribute('aria-label') || at.innerText || '').trim() }"
        )
        if found.startswith(name):
            return
    raise AssertionError(f"no Tab leads to {name}")


def test_sets_a_payment_for_later_and_cancels_it(page: Page, household: Household) -> None:
    allow_later(household)
    household.invoice("INV-1001", ("Monthly rent", 320_000), due_in=20)
    household.log_in(page)
    household.add_card(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Outstanding").click()
    page.get_by_label("Pay on a later date").check()
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("Choose the day of the payment.").first).to_be_visible()
    household.see(page)
    day = household.today + timedelta(days=10)
    page.get_by_label("Day of the payment").fill(day.isoformat())
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("You can change or cancel it until")).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Schedule Payment").click()
    expect(page.get_by_text("Your payment is scheduled")).to_be_visible()
    household.see(page)
    page.goto(f"{household.portal}/billing/invoices/")
    expect(page.get_by_text("$3,200.00 is set for")).to_be_visible()
    household.see(page)
    # Paying the same now asks first.
    page.get_by_role("link", name="Pay Outstanding").click()
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_role("button", name="Keep Both")).to_be_visible()
    household.see(page)
    page.goto(f"{household.portal}/billing/schedules/")
    household.see(page)
    page.get_by_role("link", name=re.compile("Cancel Payment")).click()
    household.see(page)
    page.get_by_role("button", name="Cancel Payment").click()
    expect(page.get_by_text("Nothing is set for later")).to_be_visible()
    household.see(page)
    [row] = schedule_queries.list_scheduled(actor=WORKER, payer_ids=[household.payer.id], only_open=False)
    assert row.public_status == "Canceled"
    assert household.payments == []


def test_turns_autopay_on_and_off_with_the_keyboard_only(page: Page, household: Household) -> None:
    household.invoice("INV-1001", ("Monthly rent", 320_000), due_in=25)
    household.log_in(page)
    household.add_card(page)
    page.goto(f"{household.portal}/billing/invoices/")
    tab_to(page, "Autopay & Schedules")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Autopay is not on")).to_be_visible()
    household.see(page)
    tab_to(page, "Start Autopay")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name=re.compile("^Full balance Whatever"))).to_be_checked()
    household.see(page)
    tab_to(page, "Full balance")
    page.keyboard.press("ArrowUp")  # round to the last: ask me above
    expect(page.get_by_label("Ask me above", exact=True)).to_be_visible()
    tab_to(page, "Ask me above")
    page.keyboard.type("4000")
    tab_to(page, "Review Autopay")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Full balance, up to $4,000.00").first).to_be_visible()
    expect(page.get_by_role("heading", name="Authorization agreement")).to_be_visible()
    household.see(page)
    tab_to(page, "Start Autopay")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Autopay is on", exact=True)).to_be_visible()
    household.see(page)
    tab_to(page, "Done")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Harold Alvarez").first).to_be_visible()
    household.see(page)
    # Off again: the tab, the button, the answer.
    tab_to(page, "Cancel Autopay")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You get a confirmation number.")).to_be_visible()
    household.see(page)
    tab_to(page, "Cancel Autopay")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Confirmation number")).to_be_visible()
    household.see(page)
    assert schedule_queries.list_enrollments(actor=WORKER, payer_ids=[household.payer.id]) == []


def turn_on(household: Household) -> None:
    """Let Ruth turn autopay on, without a browser."""
    form = EnrollmentForm(
        payer_id=household.payer.id, account_id=household.account.id, method_ref=household.give_card()
    )
    made = enroll.review(actor=household.ruth, now=clock.now(), form=form)
    enroll.run(actor=household.ruth, now=clock.now(), form=form, seen=made.digest)


def test_a_payer_pauses_resumes_and_skips_once(page: Page, household: Household) -> None:
    household.invoice("INV-1001", ("Monthly rent", 320_000), due_in=25)
    turn_on(household)
    page.set_viewport_size({"width": 390, "height": 844})
    household.log_in(page)
    page.goto(f"{household.portal}/billing/schedules/")
    expect(page.get_by_text("Next: $3,200.00 on")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Manage")).click()
    expect(page.get_by_text("Next payment, on")).to_be_visible()
    household.see(page)

    page.get_by_role("link", name="Pause").click()
    expect(page.get_by_role("heading", name="Pause autopay for Harold Alvarez?")).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("You paused it. Nothing is paid until you resume it.")).to_be_visible()
    household.see(page)
    autopay = page.url
    page.goto(f"{household.portal}/billing/schedules/")
    expect(page.get_by_text("You paused it.")).to_be_visible()
    expect(page.get_by_text("Nothing is set for later")).to_be_visible()
    household.see(page)

    page.goto(f"{autopay}resume/")  # the question by itself, as an address leads to it
    expect(page.get_by_role("heading", name="Resume autopay for Harold Alvarez?")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Go Back").click()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Autopay goes on.")).to_be_visible()
    household.see(page)

    page.get_by_role("link", name="Skip Once").click()
    expect(page.get_by_role("heading", name="Skip the next payment for Harold Alvarez?")).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Skip Once").click()
    expect(page.get_by_text("The next payment is skipped.").first).to_be_visible()
    household.see(page)
    [autopay_row] = schedule_queries.list_enrollments(actor=WORKER, payer_ids=[household.payer.id])
    assert autopay_row.is_active
    assert schedule_queries.list_scheduled(actor=WORKER, payer_ids=[household.payer.id]) == []
    assert household.payments == []
