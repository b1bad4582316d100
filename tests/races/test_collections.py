"""What a biller collects with two at once: told of once, taken once, and nothing after the permission has ended."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from counterfoil.flows.methods import permit
from counterfoil.invoices.drafts import NewLine
from tests.factories import collecting, later
from tests.factories.world import World
from tests.races.conftest import Race
from tests.races.test_schedules import assert_sound

BILL = NewLine("December", 100_000)
PLACES = ("", "commit.before", "commit.after")


@pytest.mark.parametrize("meet_at", PLACES)
def test_two_planners_set_each_collection_once(world: World, race: Race, meet_at: str) -> None:
    collecting.begin(world, world.card())
    world.invoice(BILL, due_in=5)
    found = race(lambda: collecting.plan(world), lambda: collecting.plan(world), meet_at=meet_at)
    assert sorted(found) == [0, 1]
    assert len(later.waiting(world)) == 1
    assert later.told(world).count("collection_coming") == 1


@pytest.mark.parametrize("meet_at", [*PLACES, "call.before"])
def test_the_permission_ends_while_a_worker_is_at_it(world: World, race: Race, meet_at: str) -> None:
    method = world.card()
    collecting.begin(world, method)
    world.invoice(BILL, due_in=5)
    row = collecting.planned(world)
    later.to_morning(world, row.run_on)
    race(
        lambda: later.run(world),
        lambda: permit.withdraw(actor=world.payer, now=world.now, ref=method),
        meet_at=meet_at,
    )
    world.sandbox.wait(minutes=20)
    later.run(world)
    after = later.scheduled(row.public_id)
    taken = world.sandbox.movements()
    assert (after.status, taken) in [("submitted", [("capture", 100_000)]), ("canceled", [])]
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_another_choice_while_a_worker_is_at_it(world: World, race: Race, meet_at: str) -> None:
    collecting.begin(world, world.card())
    world.invoice(BILL, due_in=5)
    row = collecting.planned(world)
    later.to_morning(world, row.run_on)
    race(lambda: later.run(world), lambda: collecting.choose(world, "self"), meet_at=meet_at)
    world.sandbox.wait(minutes=20)
    later.run(world)
    after = later.scheduled(row.public_id)
    assert (after.status, world.sandbox.movements()) in [
        ("submitted", [("capture", 100_000)]), ("canceled", []),
    ]  # fmt: skip
    assert_sound(world)


def test_a_payer_who_cannot_be_planned_holds_up_nobody(world: World, owner_conninfo: str) -> None:
    collecting.begin(world, world.card())
    account_id, howard_id = world.add_resident("Howard Marsh", "howard@example.test")
    howard = world.payer_actor(howard_id, "Howard Marsh")
    collecting.choose(world, "biller_collects", 3, actor=howard, payer_id=howard_id)
    collecting.give(world, world.card(actor=howard), actor=howard)
    world.invoice(BILL, due_in=5)
    world.invoice(BILL, due_in=5, account_id=account_id, payer_id=howard_id)
    # The database itself refuses the first of the two.
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        refused = sql.SQL("ALTER TABLE schedules_scheduled ADD CONSTRAINT refused CHECK (payer_id <> {})")
        owner.execute(refused.format(sql.Literal(world.payer_id)))
        try:
            assert collecting.plan(world) == 1
        finally:
            owner.execute("ALTER TABLE schedules_scheduled DROP CONSTRAINT refused")
    assert later.waiting(world) == []
    # The next hour tries again.
    assert collecting.plan(world) == 1
    assert len(later.waiting(world)) == 1
