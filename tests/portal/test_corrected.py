"""What the office corrected or recorded, as the payer sees it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.invoices import credit, void
from counterfoil.flows.payments import record_by_hand
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
