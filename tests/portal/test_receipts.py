"""A receipt downloaded later shows the status of that day, and what the biller adds to it."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.test import Client

from counterfoil.billers import operations as biller_operations, queries as biller_queries, settings
from counterfoil.core import clock, db
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def receipt(client: Client, ref: str) -> str:
    answer = client.get(f"/billing/payments/{ref}/receipt.pdf")
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_downloaded_later_it_shows_the_status_of_that_day(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank("000111111116"), [(invoice.public_id, 5_000)])
    first = receipt(ruth, payment.public_id)
    assert "Pending" in first
    assert "Amount submitted" in first

    for _ in range(6):
        world.sandbox.wait(days=1)
        world.deliver()
    later = receipt(ruth, payment.public_id)
    assert "Returned" in later
    assert "there was not enough money in the account" in later
    assert "Pending" not in later


def test_what_the_biller_adds_is_printed(world: World, ruth: Client) -> None:
    payment = world.pay(world.card(), [(world.invoice().public_id, 5_000)])
    assert "Tax ID" not in receipt(ruth, payment.public_id)
    before = biller_queries.get(biller_id=world.biller_id).payments
    with db.transaction():
        biller_operations.set_section(
            biller_id=world.biller_id,
            section="payments",
            version=biller_queries.get_settings(biller_id=world.biller_id, section="payments")[0] + 1,
            document=settings.changed("payments", before, {"receipt_note": "Tax ID 12-3456789"}),
            by_ref="operator",
            now=clock.now(),
        )

    assert "Tax ID 12-3456789" in receipt(ruth, payment.public_id)


def test_the_page_can_be_printed(world: World, ruth: Client) -> None:
    payment = world.pay(world.card(), [(world.invoice().public_id, 5_000)])

    assert b"data-portal-print" in ruth.get(f"/billing/payments/{payment.public_id}/").content
