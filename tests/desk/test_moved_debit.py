"""The desk calls a bill overdue where its payer's pages do: not before the day to which autopay moved the debit."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from counterfoil.core import clock
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import queries as payer_queries
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db
Count = Callable[[Client, str], int]
RENT = NewLine("Rent", 100_000)


@pytest.fixture
def today(world: World) -> World:
    """Return a world on the day that the desk reads from its clock."""
    world.sandbox.time.now = clock.now()
    return world


def path(world: World, name: str, *refs: str) -> str:
    return reverse(f"desk-{name}", args=[world.key, *refs])


def listed(world: World, desk: Client, show: str) -> dict[str, str]:
    lines = desk.get(path(world, "invoices"), {"show": show}).context["lines"]
    return {line.row.number: line.status for line in lines}


def sheet(world: World, desk: Client, ref: str) -> str:
    content = desk.get(path(world, "invoice-pdf", ref)).content
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_a_moved_debit_is_overdue_in_no_list_page_or_sheet(today: World, desk: Client) -> None:
    world = today
    [account] = payer_queries.list_accounts_by_ids(actor=world.staff, account_ids=[world.account_id])
    moved = world.invoice(RENT, due_in=-3)
    assert listed(world, desk, "overdue") == {moved.number: "Overdue"}
    later.start(world, world.bank())

    assert listed(world, desk, "overdue") == {}
    assert listed(world, desk, "open") == {moved.number: "Open"}
    assert desk.get(path(world, "invoice", moved.public_id)).context["status"] == "Open"
    assert "Overdue" not in sheet(world, desk, moved.public_id)
    shown = desk.get(path(world, "account", account.public_id)).context
    assert [line.status for line in shown["invoices"]] == ["Open"]
    assert [part.amount_minor for part in shown["aging"]] == [100_000, 0, 0, 0, 0]
    found = desk.get(path(world, "search"), {"q": moved.number}).context["invoices"]
    assert [line.status for line in found] == ["Open"]


def test_what_autopay_takes_in_part_stays_overdue(today: World, desk: Client) -> None:
    world = today
    late = world.invoice(RENT, due_in=-3)
    later.start(world, world.bank(), rule="fixed", amount_minor=60_000)
    assert listed(world, desk, "overdue") == {late.number: "Overdue"}
    assert desk.get(path(world, "invoice", late.public_id)).context["status"] == "Overdue"
    assert "Overdue" in sheet(world, desk, late.public_id)


@pytest.mark.parametrize("show", ["open", "overdue"])
def test_many_moved_bills_take_as_many_queries_as_one(
    today: World, desk: Client, queries_of: Count, show: str
) -> None:
    world = today
    world.invoice(RENT, due_in=-3)
    world.invoice(RENT, due_in=-2)
    later.start(world, world.bank())
    few = queries_of(desk, f"{path(world, 'invoices')}?show={show}")
    for days in range(4, 14):
        world.invoice(RENT, due_in=-days)
    later.plan(world)
    assert queries_of(desk, f"{path(world, 'invoices')}?show={show}") == few
