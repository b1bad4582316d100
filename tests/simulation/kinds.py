"""The kinds of simulated months and which seeds play them; known before Django is set up."""

from __future__ import annotations

from typing import Final

# Acts in one seed. Many short months find more than few long ones; `--events` plays longer ones.
EVENTS: Final = 24
# Acts in one of the suite's two hundred, which must be over in 90 seconds on two cores.
SHORT: Final = 16

# The first seed of each kind: a number alone says how it is played, and goes on saying so.
FIRST: Final = {
    "base": 0,
    "later": 9_000,
    "relatives": 19_000,
    "upkeep": 29_000,
    "collected": 39_000,
    "refunded": 49_000,
}


def of(seed: int) -> str:
    """Return the kind of months that a seed plays."""
    return max((first, kind) for kind, first in FIRST.items() if first <= seed)[1]


def numbers(kind: str, *, start: int = 0, count: int) -> list[int]:
    """Return so many seeds of a kind from its `start`th on; of `all` kinds, in turn, from the `start`th of each on.

    :raises ValueError: a kind has not so many before the next one begins.
    """
    if kind == "all":
        each, more = divmod(count, len(FIRST))
        parts = [numbers(one, start=start, count=each + (place < more)) for place, one in enumerate(FIRST)]
        return [seed for part in parts for seed in part]
    found = list(range(FIRST[kind] + start, FIRST[kind] + start + count))
    if found and of(found[-1]) != kind:
        raise ValueError(f"there are not so many seeds of the kind {kind}")
    return found
