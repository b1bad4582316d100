"""An amount for an account as amounts of its invoices."""

from __future__ import annotations

import pytest

from counterfoil.flows.payments import spread
from counterfoil.invoices.drafts import NewLine
from tests.factories.world import World


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        (3_000, [3_000]),
        (5_000, [5_000]),
        (5_001, [5_000, 1]),
        (12_000, [5_000, 7_000]),
        (15_000, [5_000, 10_000]),
    ],
)
def test_the_oldest_due_is_first_and_what_is_above_stands_with_the_last(
    world: World, amount: int, parts: list[int]
) -> None:
    first, second = world.invoice(NewLine("Care", 5_000)), world.invoice(NewLine("Salon", 7_000))
    found = spread.over(invoices=[first, second], amount_minor=amount)
    refs = [first.public_id, second.public_id]
    assert list(found) == list(zip(refs, parts, strict=False))


def test_with_nothing_to_pay_there_is_nothing_to_spread_it_over(world: World) -> None:
    paid = world.invoice(NewLine("Care", 5_000))
    world.pay(world.card(), [(paid.public_id, 5_000)])
    assert spread.over(invoices=[world.fresh(paid)], amount_minor=5_000) == ()
