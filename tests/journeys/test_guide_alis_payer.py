"""The payer's guide from Step 1 to Download Receipt, each of its lines a step here, with the guide's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.household import PASSWORD, Household, type_address, type_bank

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_guide_alis_payer(page: Page, household: Household, width: int, tmp_path: Path) -> None:
    household.invoice("INV-1001", ("Monthly rent", 520_000), ("Care level 2", 92_500))
    household.invoice("INV-1002", ("Salon", 8_425), due_in=-12)
    page.set_viewport_size({"width": width, "height": 900})

    _step_1_login(page, household)
    _step_2_add_new_payment_method(page, household)
    _step_3_pay_invoice(page, household, tmp_path)
    _manage_my_payment_methods(page, household)


def _step_1_login(page: Page, household: Household) -> None:
    page.goto(household.portal)  # the specific URL, saved as a bookmark
    household.see(page)
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()


def _step_2_add_new_payment_method(page: Page, household: Household) -> None:
    billing = page.get_by_role("link", name=re.compile("^Billing"))
    expect(billing).to_contain_text("$6,209.25")
    household.see(page)
    billing.click()  # the dashboard's Billing icon
    page.get_by_role("link", name="My Payment Methods").click()
    household.see(page)
    menu = page.locator("summary", has_text="+Add Payment Method")
    menu.click()
    expect(page.get_by_role("link", name="Add New Card")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Add New Bank Account").click()  # for ACH payments
    expect(page.get_by_role("heading", name="Add Payment Method")).to_be_visible()
    type_bank(page.frame_locator("iframe"))  # enter all account details
    household.see(page)
    page.get_by_label("Account Nickname").fill("Harold Alvarez")  # the resident's first and last name
    page.get_by_label("Default Payment Method").check()
    expect(page.get_by_text("Billing Address")).to_be_visible()
    type_address(page)  # a new billing address
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_text("Payment method added.")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Harold Alvarez"))
    expect(row).to_contain_text("6789")
    expect(row).to_contain_text("Default")
    household.see(page)


def _step_3_pay_invoice(page: Page, household: Household, folder: Path) -> None:
    page.get_by_role("link", name="Invoices").first.click()
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()
    expect(page.get_by_text("$6,209.25").first).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Pay Outstanding").click()  # in the Summary section
    expect(page.get_by_role("radio", name="Outstanding Balance")).to_be_checked()
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Invoice INV-1001").click()  # next to an individual invoice
    expect(page.get_by_role("heading", name="Make a Payment")).to_be_visible()
    expect(page.get_by_text("Select Method")).to_be_visible()
    expect(page.get_by_role("group", name="From").get_by_role("radio")).to_be_checked()
    amount = page.get_by_role("group", name="Payment Amount")
    expect(amount.get_by_role("radio", name="Outstanding Balance")).not_to_be_checked()
    expect(amount.get_by_role("radio", name="Specific Invoice(s)")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Invoice INV-1001")).to_be_checked()
    page.get_by_label("Amount for invoice INV-1001").fill("$1,200")  # adjust the dollar amount
    expect(page.get_by_label("Payment Date")).to_have_attribute("readonly", "")
    household.see(page)
    page.get_by_role("button", name="Verify Payment").click()
    agreement = page.get_by_role("region", name="Authorization agreement")
    expect(agreement).to_contain_text("$1,200.00")
    household.see(page)
    page.get_by_role("button", name="Make Changes").click()  # back to the previous step
    expect(page.get_by_label("Amount for invoice INV-1001")).to_have_value("1200.00")
    expect(page.get_by_role("checkbox", name="Invoice INV-1002")).not_to_be_checked()
    page.get_by_role("button", name="Verify Payment").click()
    expect(page.get_by_text("Harold Alvarez (Sandbox Bank 6789)").first).to_be_visible()
    page.get_by_role("button", name="Submit Payment").click()
    expect(page.get_by_text("Your payment was submitted")).to_be_visible()  # submission was successful
    [payment] = household.payments
    assert (payment.amount_minor, payment.public_status) == (120_000, "Pending")
    expect(page.get_by_text(payment.number).first).to_be_visible()
    expect(page.get_by_text("Receipt e-mailed to ruth@example.test")).to_be_visible()
    household.see(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Receipt").click()
    file = folder / "receipt.pdf"
    download.value.save_as(file)
    text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(file).pages)
    for said in (payment.number, "$1,200.00", "Pending", "INV-1001", "Harold Alvarez", "Maple Court"):
        assert said in text, said
    assert "Paid\n" not in text
    page.get_by_role("link", name="Payments", exact=True).click()
    expect(page.get_by_role("row", name=re.compile(payment.number))).to_contain_text("Pending")
    household.see(page)
    page.get_by_role("link", name=payment.number, exact=True).click()
    expect(page.get_by_text("We expect to hear by")).to_be_visible()
    household.see(page)


def _manage_my_payment_methods(page: Page, household: Household) -> None:
    page.get_by_role("link", name="My Payment Methods").click()
    row = page.get_by_role("row", name=re.compile("6789"))
    options = row.locator("summary", has_text="Options")
    options.click()
    expect(row.get_by_role("link", name="Disable")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Edit").click()  # update the payment method details
    household.see(page)
    page.get_by_label("Account Nickname").fill("Dad's checking")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Dad's checking")
    options.click()
    page.get_by_role("link", name="Disable").click()  # temporarily inactive
    household.see(page)
    page.get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Disabled")
    page.goto(f"{household.portal}/billing/invoices/")
    page.get_by_role("link", name="Pay Invoice").first.click()
    expect(page.get_by_text("Add a payment method first")).to_be_visible()
    page.goto(f"{household.portal}/billing/methods/")
    options.click()
    expect(row.get_by_role("button", name="Enable")).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_text("Payment method enabled.")).to_be_visible()
    options.click()
    page.get_by_role("link", name="Delete").click()  # permanently remove
    household.see(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No bank account yet")).to_be_visible()
