"""A daughter finds last year's summary for the taxes; she reports a problem with a payment, and staff answer."""

from __future__ import annotations

import io
import pathlib
import re

import pypdf
import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, Page, expect

from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.imports import check, commit, stage
from counterfoil.identity import permissions
from counterfoil.imports import mapping
from tests.factories import people
from tests.journeys.household import Household

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = ((1280, 900), (390, 844), (320, 640))


def see(household: Household, page: Page) -> None:
    """Look at a page at every width."""
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        household.see(page)


def import_year(household: Household, year: int) -> None:
    """Bring in invoices of a year that were paid elsewhere, as the old system had them."""
    how = mapping.parse(pathlib.Path("docs/reference/ibm-mapping.toml").read_text())
    rows = [
        "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate",
        *(f"10442,OLD-{m:02},{m}/1/{year},{m}/15/{year},3200.00,No,{m}/14/{year}" for m in range(1, 13)),
    ]
    raw = "\r\n".join([*rows, ""]).encode()
    upload = stage.Upload("invoices.csv", len(raw), [raw])
    order = stage.Order(household.community.key, how, None)
    staged = stage.run(actor=OPERATOR, now=clock.now(), upload=upload, order=order)
    check.run(actor=OPERATOR, now=clock.now(), import_id=staged)
    commit.run(actor=OPERATOR, now=clock.now(), import_id=staged)


def download(page: Page, name: str | re.Pattern[str]) -> bytes:
    """Press a link and return the file."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).first.click()
    return pathlib.Path(waiting.value.path()).read_bytes()


def words(sheet: bytes) -> str:
    """Return what a PDF says."""
    pages = pypdf.PdfReader(io.BytesIO(sheet)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_finds_last_years_summary(page: Page, household: Household) -> None:
    last = household.today.year - 1
    import_year(household, last)
    household.invoice("INV-1001", ("Monthly rent", 320_000), ("Salon", 4_500))
    household.log_in(page)
    page.get_by_role("link", name=re.compile("Documents")).click()
    expect(page.get_by_role("heading", name="Documents", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^PDF of ")).first).to_be_visible()
    see(household, page)
    assert "Invoice INV-1001" in words(download(page, re.compile("^PDF of ")))

    page.get_by_role("link", name="Yearly summaries").click()
    see(household, page)
    summary = words(download(page, re.compile(f"^PDF of {last}")))
    assert f"Yearly summary {last}" in summary
    assert "$38,400.00" in summary
    table = download(page, f"CSV of the payments of {last}")
    assert table.startswith(b"\xef\xbb\xbf")
    assert len(table.splitlines()) == 13

    for kind in ("Invoices", "Receipts", "Authorizations"):
        page.get_by_label("Which documents").get_by_role("link", name=kind).click()
        expect(page.get_by_label("Which documents").get_by_role("link", name=kind)).to_have_attribute(
            "aria-current", "true"
        )
        see(household, page)
    page.get_by_label("Which documents").get_by_role("link", name="Statements").click()
    page.get_by_label("From").fill(f"{last}-03-31")
    page.get_by_label("To", exact=True).fill(f"{last}-01-01")
    page.get_by_role("button", name="Download Statement").click()
    expect(page.get_by_text("The last day is before the first.").first).to_be_visible()
    expect(page.get_by_label("From")).to_have_value(f"{last}-03-31")
    see(household, page)


def test_reports_a_problem_with_a_payment(
    browser: Browser, page: Page, household: Household, settings: LazySettings
) -> None:
    settings.COUNTERFOIL_MFA_REQUIRED = False  # the second factor has journeys of its own
    household.invoice("INV-1001")
    household.log_in(page)
    household.add_card(page)
    household.pay_invoice(page)
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_role("link", name="Download Receipt")).to_be_visible()
    page.goto(f"{household.portal}/billing/payments/")
    see(household, page)
    page.get_by_role("link", name=re.compile(r"^\w{5}-\w{5}$")).first.click()
    page.get_by_role("link", name="Report a problem with this payment").click()
    expect(page.get_by_role("heading", name="Report a problem with a payment")).to_be_visible()
    see(household, page)
    page.get_by_role("button", name="Send Message").click()
    expect(page.get_by_text("Choose what it is about.").first).to_be_visible()
    see(household, page)
    page.get_by_label("The amount is wrong").check()
    page.get_by_label("Your message").fill("My card 4242 4242 4242 4242 was charged too much.")
    page.get_by_role("button", name="Send Message").click()
    expect(page.get_by_text("Please remove the card number.").first).to_be_visible()
    page.get_by_label("Your message").fill("We agreed on $3,000.00.")
    page.get_by_role("button", name="Send Message").click()
    expect(page.get_by_text("Waiting for an answer").first).to_be_visible()
    expect(page.get_by_text("We agreed on $3,000.00.")).to_be_visible()
    see(household, page)

    household.community.add_staff(role=permissions.BILLING, email="bill@example.test")
    desk = browser.new_page(locale="en-US")
    desk.goto(f"{household.portal}/desk/")
    desk.get_by_label("Email Address").fill("bill@example.test")
    desk.get_by_label("Password", exact=True).fill(people.PASSWORD)
    desk.get_by_role("button", name="Log In", exact=True).click()
    desk.get_by_role("link", name="Requests").first.click()
    desk.get_by_role("link", name=re.compile(r"^Payment \w{5}-")).click()
    desk.get_by_label("Your answer").fill("You are right. We give $200.00 back.")
    desk.get_by_role("button", name="Send Answer").click()
    expect(desk.get_by_text("Your answer was sent to Ruth Alvarez.")).to_be_visible()
    desk.close()

    page.goto(f"{household.portal}/")
    expect(page.get_by_role("link", name=re.compile("1 request was answered"))).to_be_visible()
    page.get_by_role("link", name=re.compile("My Requests")).click()
    see(household, page)
    page.get_by_role("link", name=re.compile("^Payment ")).click()
    expect(page.get_by_text("You are right. We give $200.00 back.")).to_be_visible()
    see(household, page)
    page.get_by_role("button", name="My question is answered: close it").click()
    expect(page.get_by_text("Closed").first).to_be_visible()
    see(household, page)


def test_a_question_is_asked_without_javascript(browser: Browser, household: Household) -> None:
    invoice = household.invoice("INV-1001", ("Monthly rent", 320_000))
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    household.log_in(page)
    page.goto(f"{household.portal}/billing/invoices/{invoice.public_id}/")
    page.get_by_role("link", name="Ask a question about this bill").click()
    page.get_by_label("I do not understand a charge").check()
    page.get_by_label("Your message").fill("Is the salon in it?")
    page.get_by_role("button", name="Send Message").click()
    expect(page.get_by_text("Is the salon in it?")).to_be_visible()
    page.get_by_label("Your message").fill("And the meals?")
    page.get_by_role("button", name="Send Message").click()
    expect(page.get_by_text("And the meals?")).to_be_visible()
    context.close()
