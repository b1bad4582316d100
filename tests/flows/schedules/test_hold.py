"""A hold stops every debit that nobody makes by choice, and every word about one (product.md 1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.core import db
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.states import Standing
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db

BILL = NewLine("December", 100_000)


def move(world: World, standing: Standing) -> None:
    with db.transaction():
        [account] = payer_queries.lock_accounts(account_ids=[world.account_id])
        payer_operations.transition_account(account=account, to=standing)


def test_nothing_is_debited_while_an_account_is_on_hold(world: World) -> None:
    later.start(world, world.card())
    world.invoice(BILL, due_in=15)
    later.plan(world)
    [row] = later.waiting(world)
    move(world, Standing.ON_HOLD)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert world.sandbox.movements() == []
    assert later.scheduled(row.public_id).status == "scheduled"
    # Released in time it is made; who pays by choice may do so all along.
    move(world, Standing.ACTIVE)
    assert later.run(world) == 1


def test_a_hold_that_lasts_ends_it(world: World) -> None:
    later.start(world, world.card())
    world.invoice(BILL, due_in=15)
    later.plan(world)
    [row] = later.waiting(world)
    move(world, Standing.ON_HOLD)
    later.to_morning(world, row.run_on + timedelta(days=11))
    assert later.run(world) == 0
    assert (later.scheduled(row.public_id).status, world.sandbox.movements()) == ("canceled", [])


def test_nothing_is_planned_or_told_while_an_account_is_on_hold(world: World) -> None:
    later.start(world, world.card())
    world.invoice(BILL, due_in=15)
    move(world, Standing.ON_HOLD)
    before = later.told(world)
    assert later.plan(world) == 0
    assert (later.waiting(world), later.told(world)) == ([], before)
    move(world, Standing.ACTIVE)
    assert later.plan(world) == 1
