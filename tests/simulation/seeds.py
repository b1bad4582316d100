"""Runs seeds: plays them, drains them, judges them, and says what is needed to see one again."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import store
from tests.simulation import (
    actors,
    collected,
    corrections,
    invariants,
    kinds,
    later,
    refunded,
    relatives,
    upkeep,
    walls,
)
from tests.simulation.run import Run

KEPT = Path(__file__).parent / "kept_seeds.txt"


class Violated(AssertionError):
    """A seed broke an invariant."""


def kept() -> list[tuple[int, int]]:
    """Seeds that failed once, each with its number of acts; run always."""
    lines = [line.split("#")[0].split() for line in KEPT.read_text().splitlines()]
    return [(int(line[0]), int(line[1])) for line in lines if line]


def run_all(numbers: Iterable[int], base_store: store.Store, *, events: int = kinds.EVENTS) -> Run:
    """Play seeds one after the other; return the last. Nobody in one of them sees what is in the one before.

    :raises Violated: an invariant does not hold.
    """
    made: Run | None = None
    for seed in numbers:
        before, made = made, run(seed, base_store, events=events)
        demand_walls(made, before)
    assert made is not None
    return made


def demand_walls(made: Run, before: Run | None) -> None:
    """Have people of one seed ask for rows of another one.

    :raises Violated: they see them.
    """
    if wrong := walls.wrong(made, before):
        raise Violated(_story(made, wrong))


def run(seed: int, base_store: store.Store, *, events: int = kinds.EVENTS) -> Run:
    """Play one seed to its end, as its kind is played: its number says which.

    :raises Violated: an invariant does not hold; the message has the seed, what is wrong and what happened.
    """
    made = Run(seed, base_store)
    try:
        wrong = PLAYS[kinds.of(seed)](made, events)
    except Exception as error:
        raise Violated(_story(made, traceback.format_exc().splitlines()[-14:])) from error
    finally:
        client.mount(base_url=made.world.sandbox.base_url, transport=None)
    if wrong:
        raise Violated(_story(made, wrong))
    return made


def _base(made: Run, events: int) -> list[str]:
    actors.play(made, events=events)
    made.drain()
    return invariants.at_the_end(made)


def _later(made: Run, events: int) -> list[str]:
    made.world.set_portal(schedule_payment=True)
    office = corrections.meet(made)
    made.watches.append(later.wrong)
    actors.play(made, events=events + events // 2, others=(*later.WEIGHTS, *office.acts))
    drain_later(made)
    return [
        *invariants.at_the_end(made),
        *later.wrong_at_the_end(made),
        *office.wrong_at_the_end(made),
    ]


def _relatives(made: Run, events: int) -> list[str]:
    family = relatives.meet(made)
    made.watches.append(relatives.wrong)
    actors.play(made, events=events + events // 2, others=family.acts)
    found = relatives.wrong(made)
    made.drain()
    family.part(made)
    made.until_quiet()
    made.seal()
    return [*found, *invariants.at_the_end(made)]


def _upkeep(made: Run, events: int) -> list[str]:
    keeper = upkeep.Keeper()
    made.world.set_portal(schedule_payment=True)
    made.watches += [later.wrong, keeper.wrong]
    made.chores.append(upkeep.follow)
    actors.play(made, events=events + events // 2, others=(*later.WEIGHTS, *keeper.acts))
    drain_later(made)
    return [
        *invariants.at_the_end(made),
        *later.wrong_at_the_end(made),
        *upkeep.wrong_at_the_end(made),
    ]


def _collected(made: Run, events: int) -> list[str]:
    made.world.set_portal(schedule_payment=True)
    made.watches += [later.wrong, collected.wrong]
    collected.begin(made)
    actors.play(made, events=events + events // 2, others=collected.WEIGHTS)
    drain_later(made)
    return [*invariants.at_the_end(made), *later.wrong_at_the_end(made)]


def _refunded(made: Run, events: int) -> list[str]:
    """Staff give back: in one half of the months beside what they correct, in the other where relatives share bills."""
    made.watches.append(refunded.wrong)
    more = events + events // 2
    if made.seed % 2:
        family = relatives.meet(made)
        made.watches.append(relatives.wrong)
        actors.play(made, events=more, others=(*refunded.WEIGHTS, *family.acts))
        made.drain()
        return invariants.at_the_end(made)
    office = corrections.meet(made)
    actors.play(made, events=more, others=(*refunded.WEIGHTS, *office.acts))
    made.drain()
    return [*invariants.at_the_end(made), *office.wrong_at_the_end(made)]


PLAYS: Final[dict[str, Callable[[Run, int], list[str]]]] = {
    "base": _base,
    "later": _later,
    "relatives": _relatives,
    "upkeep": _upkeep,
    "collected": _collected,
    "refunded": _refunded,
}


def drain_later(made: Run) -> None:
    """Let the worker go on until nothing is set, pending or to be tried again."""
    for _ in range(6):
        made.mend()
        later.drain(made)
        made.drain()
        if later.next_day(made) is None:
            return


def _story(made: Run, wrong: list[str]) -> str:
    return "\n".join([f"seed {made.seed}", *wrong, "what happened:", *made.log])
