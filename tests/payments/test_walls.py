"""The second wall: no row of a payment can point at another biller's row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes
from tests.factories.world import World


@pytest.fixture
def worlds(db: None, sandbox_database_url: str) -> Iterator[tuple[World, World]]:
    opened: store.Store = sandboxes.prepared_store(sandbox_database_url)
    made = World(sandboxes.practice(opened)), World(sandboxes.practice(opened))
    yield made
    for world in made:
        client.mount(base_url=world.sandbox.base_url, transport=None)
    opened.close()


@pytest.mark.parametrize(
    ("table", "column", "theirs"),
    [
        ("payments_payment", "account_id", "payers_billingaccount"),
        ("payments_payment", "payer_id", "payers_payer"),
        ("payments_payment", "method_id", "methods_paymentmethod"),
        ("payments_payment", "authorization_id", "agreements_authorization"),
        ("payments_allocation", "invoice_id", "invoices_invoice"),
        ("payments_allocation", "payment_id", "payments_payment"),
        ("payments_attempt", "payment_id", "payments_payment"),
    ],
)
def test_a_row_cannot_point_across_billers(
    worlds: tuple[World, World], table: str, column: str, theirs: str
) -> None:
    for world in worlds:
        world.invoice()
        world.pay(world.bank())
    ours, others = (world.biller_id for world in worlds)
    point = f"UPDATE {table} SET {column} = (SELECT max(id) FROM {theirs} WHERE biller_id = %s) WHERE biller_id = %s"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_attempt SET number = id")  # so that this uniqueness is not in the way
    with (
        pytest.raises(IntegrityError, match=f"{table}_{column}_wall|violates foreign key"),
        transaction.atomic(),
    ):
        run_at_once(point, others, ours)


def run_at_once(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
