"""What a biller collects with two at once: told of once, taken once, and nothing after the permission has ended."""

from __future__ import annotations

import pytest

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
