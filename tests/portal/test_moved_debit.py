"""A bill whose debit autopay moved past the due date is overdue on no page before that day (product.md 3)."""

from __future__ import annotations

import html
import io

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.core import db
from counterfoil.flows.schedules import cancel
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payers import operations as payer_operations
from counterfoil.payers.drafts import NewLink
from counterfoil.ui import formats
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db
LIST, HOME, SEVERAL = "/billing/invoices/", "/", "/billing/pay/"
RENT = NewLine("Rent", 100_000)


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address, follow=True).content.decode())


def sheet(client: Client, invoice: InvoiceRow) -> str:
    content = client.get(f"{LIST}{invoice.public_id}/invoice.pdf").content
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def late_on(client: Client, invoice: InvoiceRow) -> list[bool]:
    """Tell which pages say so: the list's row and its head, the invoice, the first page, the sheet."""
    listed = text(client, LIST)
    return [
        "Overdue" in listed,
        "Past due since" in listed,
        "Overdue" in text(client, f"{LIST}{invoice.public_id}/"),
        "owed, due since" in text(client, HOME),
        "Overdue" in sheet(client, invoice),
    ]


def test_no_page_calls_it_overdue_and_all_name_the_day_of_autopay(world: World, ruth: Client) -> None:
    invoice = world.invoice(RENT, due_in=-3)
    assert late_on(ruth, invoice) == [True] * 5
    later.start(world, world.bank())
    [planned] = later.waiting(world)

    assert late_on(ruth, invoice) == [False] * 5
    day = formats.day(planned.run_on, reference=world.today)
    assert f"owed, next due {day}" in text(ruth, HOME)
    assert f"Autopay on {formats.day(planned.run_on, long=False)}" in text(ruth, LIST)
    assert "Open" in sheet(ruth, invoice)


def test_what_autopay_takes_in_part_is_overdue_for_the_rest(world: World, ruth: Client) -> None:
    invoice = world.invoice(RENT, due_in=-3)
    later.start(world, world.bank(), rule="fixed", amount_minor=60_000)
    assert [row.amount_minor for row in later.waiting(world)] == [60_000]
    assert late_on(ruth, invoice) == [True] * 5


def test_a_bill_that_its_payer_set_for_later_is_overdue(world: World, ruth: Client) -> None:
    invoice = world.invoice(RENT, due_in=-3)
    later.open_for_later(world)
    later.schedule(world, world.bank(), later.days_later(world, 5))
    assert late_on(ruth, invoice) == [True] * 5


def test_another_bill_that_is_not_due_yet_does_not_make_it_overdue(world: World, ruth: Client) -> None:
    invoice = world.invoice(RENT, due_in=-3)
    world.invoice(NewLine("Care", 500_000), due_in=40)
    later.start(world, world.bank())
    _, second = later.waiting(world)
    cancel.run(actor=world.payer, now=world.now, ref=second.public_id)
    assert late_on(ruth, invoice) == [False] * 5


def test_paying_for_several_people_says_it_of_the_other_one_alone(world: World, ruth: Client) -> None:
    account_id, _ = world.add_resident("Rose Kim")
    with db.transaction():
        link = NewLink(account_id=account_id, payer_id=world.payer_id, is_default=False)
        payer_operations.link_many(biller_id=world.biller_id, new=[link])
    world.invoice(RENT, due_in=-3)
    world.invoice(RENT, due_in=-3, account_id=account_id)
    method = world.bank()
    assert text(ruth, SEVERAL).count("past due since") == 2
    later.start(world, method)
    assert text(ruth, SEVERAL).count("past due since") == 1


def test_many_moved_bills_take_as_many_queries_as_one(world: World, ruth: Client) -> None:
    world.invoice(RENT, due_in=-3)
    later.start(world, world.bank())

    def counted(address: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            text(ruth, address)
        return sum("core_clock" not in query["sql"] for query in caught.captured_queries)

    for address in (LIST, HOME):
        counted(address)
    few = [counted(LIST), counted(HOME)]
    for days in range(4, 14):
        world.invoice(RENT, due_in=-days)
    later.plan(world)
    assert [counted(LIST), counted(HOME)] == few
