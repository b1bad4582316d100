"""What a share comes to: to the cent, and never more than nobody took."""

from __future__ import annotations

import random

import pytest

from counterfoil.sharing import policy


def test_a_percentage_is_of_the_total_and_half_a_cent_goes_up() -> None:
    assert policy.part_of(total_minor=101, free_minor=101, percent_bp=5_000, amount_minor=0) == 51
    assert (
        policy.part_of(total_minor=101, free_minor=50, percent_bp=5_000, amount_minor=0, taken_bp=5_000) == 50
    )


def test_an_amount_is_what_it_is_unless_less_is_left() -> None:
    assert policy.part_of(total_minor=10_000, free_minor=10_000, percent_bp=0, amount_minor=3_000) == 3_000
    assert policy.part_of(total_minor=10_000, free_minor=1_200, percent_bp=0, amount_minor=3_000) == 1_200
    assert policy.part_of(total_minor=10_000, free_minor=-5, percent_bp=0, amount_minor=3_000) == 0


@pytest.mark.parametrize("seed", range(40))
def test_percentages_that_make_a_hundred_make_the_total(seed: int) -> None:
    chance = random.Random(seed)
    total = chance.randint(1, 10_000_000)
    cuts = sorted(chance.sample(range(1, 10_000), chance.randint(1, 6)))
    percents = [b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    taken_bp = taken = 0
    for percent in percents:
        taken += policy.part_of(
            total_minor=total, free_minor=total - taken, percent_bp=percent, amount_minor=0, taken_bp=taken_bp
        )
        taken_bp += percent
    assert taken == total
