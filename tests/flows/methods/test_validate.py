"""Two small amounts confirm the number they were sent to, and no other."""

from __future__ import annotations

import pytest

from counterfoil.core import failpoints
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.methods import replace, validate
from counterfoil.gateways import micro_deposits
from counterfoil.methods import queries as method_queries
from tests.factories.world import World

pytestmark = pytest.mark.django_db

# Banks that take no part in the instant check.
FIRST, OTHER = "000555555551", "000555555552"


def validation(ref: str) -> str:
    return method_queries.get(actor=OPERATOR, public_id=ref).validation


def put(world: World, ref: str, token: str) -> None:
    seen = replace.review(actor=world.payer, now=world.now, ref=ref, token=token).digest
    replace.run(actor=world.payer, now=world.now, ref=ref, token=token, seen=seen)


@pytest.mark.parametrize("right", [True, False])
def test_what_confirms_a_number_says_nothing_of_the_one_that_took_its_place(
    world: World, right: bool
) -> None:
    """NA-08: nothing is taken from a number that nobody confirmed, however the two tabs meet."""
    first = world.sandbox.bank(FIRST)
    ref = world.save("bank", first)
    assert validation(ref) == "pending"
    world.sandbox.wait(days=5)
    amounts = world.sandbox.amounts(first)
    typed = amounts if right else (amounts[1] % 99 + 1, amounts[0] % 99 + 1)
    for _ in range(0 if right else 2):
        validate.run(actor=world.payer, now=world.now, ref=ref, amounts=typed)
    done = []

    def another_tab(place: str) -> None:
        if place == "amounts.after" and not done:
            done.append(place)
            put(world, ref, world.sandbox.bank(OTHER))

    with failpoints.attached(another_tab):
        answer = validate.run(actor=world.payer, now=world.now, ref=ref, amounts=typed)
    assert isinstance(answer, micro_deposits.Matched if right else micro_deposits.Locked)
    assert done
    assert validation(ref) == "pending"
