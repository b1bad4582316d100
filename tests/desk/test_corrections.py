"""The Options of an invoice and Record a Payment: what staff type comes to be, once, and what is wrong is said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.books import verify
from counterfoil.identity import permissions
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payers import queries as payer_queries
from tests.factories import signed_in
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def path(world: World, name: str, ref: str) -> str:
    return reverse(f"desk-{name}", args=[world.key, ref])


def token_of(page: Any) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def fill(desk: Client, address: str, **given: object) -> Any:
    """Open a window, type into it, and send it."""
    return desk.post(address, {"token": token_of(desk.get(address)), **given})


def account_ref(world: World) -> str:
    return payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])[0].public_id


def payer_ref(world: World) -> str:
    return payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])[0].public_id


@pytest.fixture
def invoice(world: World) -> InvoiceRow:
    return world.invoice()


def test_an_open_invoice_offers_its_options_to_who_may(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    page = desk.get(path(world, "invoice", invoice.public_id)).content.decode()
    for name in ("edit", "addressee", "credit", "void"):
        assert path(world, f"invoice-{name}", invoice.public_id) in page
    viewer = signed_in.staff(world.biller_id, now=world.now, role=permissions.VIEWER)
    page = viewer.get(path(world, "invoice", invoice.public_id)).content.decode()
    assert path(world, "invoice-void", invoice.public_id) not in page


def test_void(world: World, desk: Client, invoice: InvoiceRow) -> None:
    address = path(world, "invoice-void", invoice.public_id)
    answer = fill(desk, address, reason="Sent twice")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        path(world, "invoice", invoice.public_id),
    )
    assert world.fresh(invoice).status == "void"
    assert "It cannot be changed any more." in fill(desk, address).content.decode()


def test_credit_of_a_double_click_is_one(world: World, desk: Client, invoice: InvoiceRow) -> None:
    address = path(world, "invoice-credit", invoice.public_id)
    given = {"token": token_of(desk.get(address)), "amount": "$200.00", "reason": "Away"}
    assert [desk.post(address, given).status_code for _ in range(2)] == [302, 302]
    assert world.fresh(invoice).open_minor == 300_000
    page = desk.get(path(world, "invoice", invoice.public_id)).content.decode()
    assert f"Credit on invoice {invoice.number}" in page
    assert "$200.00" in page


def test_what_cannot_be_credited_is_said_beside_the_field_and_kept(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    address = path(world, "invoice-credit", invoice.public_id)
    for amount, words in (("9999", "not more than is owed"), ("abc", "Enter an amount"), ("", "required")):
        page = fill(desk, address, amount=amount, reason="Two days away").content.decode()
        assert words in page
        assert "Two days away" in page
    assert world.fresh(invoice) == invoice


def test_edit_due_date_and_lines(world: World, desk: Client, invoice: InvoiceRow) -> None:
    address = path(world, "invoice-edit", invoice.public_id)
    answer = fill(
        desk, address, due_on="2026-12-24", line_1="Rent", amount_1="3000.00", line_2="Credit for meals",
        amount_2="-45.50", reason="Two days less",
    )  # fmt: skip
    assert answer.status_code == 302
    now = world.fresh(invoice)
    assert (now.total_minor, now.due_on.isoformat()) == (295_450, "2026-12-24")
    assert verify.run(biller_id=world.biller_id) == []


def test_an_edit_that_says_nothing_or_too_little_is_refused(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    address = path(world, "invoice-edit", invoice.public_id)
    page = fill(desk, address, due_on="2026-12-24", line_1="", amount_1="12").content.decode()
    assert "Say what this line is for." in page
    page = fill(desk, address, due_on="2026-12-24").content.decode()
    assert "An invoice needs a total above zero." in page
    assert world.fresh(invoice) == invoice


def test_change_of_addressee_offers_only_payers_of_the_account(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    page = fill(desk, path(world, "invoice-addressee", invoice.public_id), payer=payer_ref(world))
    assert page.status_code == 200
    assert world.fresh(invoice) == invoice


def test_record_a_check(world: World, desk: Client, invoice: InvoiceRow) -> None:
    assert (
        path(world, "record-payment", account_ref(world))
        in desk.get(path(world, "account", account_ref(world))).content.decode()
    )
    address = path(world, "record-payment", account_ref(world))
    given = {
        "payer": payer_ref(world), "kind": "check", "check_number": "2041", "amount": "3200.00",
        "received_on": world.today.isoformat(), "applies_to": "oldest",
    }  # fmt: skip
    answer = fill(desk, address, **given)
    assert answer.headers["Location"] == path(world, "account", account_ref(world))
    assert world.fresh(invoice).status == "paid"
    page = desk.get(path(world, "account", account_ref(world))).content.decode()
    assert "Recorded by hand" in page or "Check 2041" in page
    assert verify.run(biller_id=world.biller_id) == []


def test_a_check_from_the_future_or_of_nothing_is_refused(
    world: World, desk: Client, invoice: InvoiceRow
) -> None:
    address = path(world, "record-payment", account_ref(world))
    given = {"payer": payer_ref(world), "kind": "cash", "amount": "1", "applies_to": "oldest"}
    assert "not ahead" in fill(desk, address, **given, received_on="2027-12-01").content.decode()
    given["amount"] = "0"
    page = fill(desk, address, **given, received_on=world.today.isoformat()).content.decode()
    assert "Type an amount above zero." in page
    assert world.fresh(invoice) == invoice


def test_a_form_without_its_token_changes_nothing(world: World, desk: Client, invoice: InvoiceRow) -> None:
    page = desk.post(path(world, "invoice-void", invoice.public_id), {"reason": "x"}).content.decode()
    assert "This page is out of date." in page
    assert world.fresh(invoice) == invoice
