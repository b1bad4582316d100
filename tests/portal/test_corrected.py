"""What the office corrected or recorded, as the payer sees it."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.invoices import credit, void
from counterfoil.flows.payments import record_by_hand
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import statements
from counterfoil.ui import account_sheets
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def test_a_void_invoice_is_still_there_and_cannot_be_paid(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    void.run(actor=world.staff, now=world.now, ref=invoice.public_id)
    page = ruth.get(f"/billing/invoices/{invoice.public_id}/")
    assert page.status_code == 200
    assert "Void" in page.content.decode()
    assert "Pay Invoice" not in page.content.decode()
    assert ruth.get(f"/billing/invoices/{invoice.public_id}/invoice.pdf").status_code == 200


def test_a_recorded_check_has_its_page_and_its_receipt(world: World, ruth: Client) -> None:
    world.invoice()
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    record = record_by_hand.Record(
        account.public_id, payer.public_id, "check", 320_000, world.today, "oldest", "k", "2041"
    )
    ref = record_by_hand.run(actor=world.staff, now=world.now, record=record)
    page = ruth.get(f"/billing/payments/{ref}/").content.decode()
    assert "Check 2041" in page
    assert "Received by the billing office" in page
    assert ruth.get(f"/billing/payments/{ref}/receipt.pdf").content.startswith(b"%PDF")
    assert "Check 2041" in ruth.get("/billing/payments/").content.decode()


def text_of(client: Client, address: str) -> str:
    reader = pypdf.PdfReader(io.BytesIO(client.get(address).content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_a_credit_stands_on_its_invoice_and_makes_the_figures_add_up(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    address = f"/billing/invoices/{invoice.public_id}/"
    assert "Nothing paid yet" in ruth.get(address).content.decode()
    for number in range(2):
        credit.run(
            actor=world.staff,
            now=world.now,
            ref=invoice.public_id,
            amount_minor=10_000,
            reason="",
            key=f"k{number}",
        )
    world.pay(world.card(), [(invoice.public_id, 50_000)])

    page = ruth.get(address).content.decode()
    assert "Nothing paid yet" not in page
    rows = page.split('id="entries"')[1].split("</table>")[0]
    assert rows.count(f"Credit on invoice {invoice.number}") == 2
    assert rows.count("$100.00") == 2
    assert rows.count("$500.00") == 1
    assert "$2,500.00" in page  # 3,200.00 less two credits and a payment
    sheet = text_of(ruth, f"{address}invoice.pdf")
    assert sheet.count(f"Credit on invoice {invoice.number}") == 2
    assert sheet.count("100.00") == 2
    assert "2,500.00" in sheet


def test_credit_left_over_from_a_payment_stands_on_the_invoice_it_paid(world: World, ruth: Client) -> None:
    first = world.invoice()
    world.pay(world.card(), [(first.public_id, first.total_minor + 10_000)])
    later = world.invoice()
    page = ruth.get(f"/billing/invoices/{later.public_id}/").content.decode()
    rows = page.split('id="entries"')[1].split("</table>")[0]
    assert (later.total_minor - world.fresh(later).open_minor, rows.count("$100.00")) == (10_000, 1)


def test_many_credits_take_as_many_queries_as_one(world: World, ruth: Client) -> None:
    invoice = world.invoice()

    def give(key: str) -> None:
        credit.run(
            actor=world.staff, now=world.now, ref=invoice.public_id, amount_minor=100, reason="", key=key
        )

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            ruth.get(f"/billing/invoices/{invoice.public_id}/")
        return sum("core_clock" not in query["sql"] for query in caught.captured_queries)

    give("first")
    count()
    few = count()
    for number in range(5):
        give(f"k{number}")
    assert count() == few


def test_credits_of_an_invoice_are_for_who_it_is_addressed_to_alone(world: World) -> None:
    invoice = world.invoice()
    credit.run(actor=world.staff, now=world.now, ref=invoice.public_id, amount_minor=100, reason="", key="k")
    _, stranger = world.add_resident("Rose Kim")
    seen = ledger_queries.list_memos_on(actor=world.payer, invoice_id=invoice.id)
    assert [memo.taken_minor for memo in seen] == [100]
    other = world.payer_actor(stranger)
    assert ledger_queries.list_memos_on(actor=other, invoice_id=invoice.id) == []


def test_a_statement_names_a_credit_with_its_invoice(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    credit.run(
        actor=world.staff, now=world.now, ref=invoice.public_id, amount_minor=5_000, reason="", key="k" * 22
    )
    found = statements.read(
        actor=world.payer,
        account_id=world.account_id,
        payer_id=world.payer_id,
        first=date(world.today.year, 1, 1),
        last=date(world.today.year, 12, 31),
    )
    words = [account_sheets.move_words(move) for move in found.moves]
    assert words == [f"Invoice {invoice.number}", f"Credit on invoice {invoice.number}"]
    assert found.closing_minor == 315_000
