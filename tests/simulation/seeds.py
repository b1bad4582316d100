"""Runs seeds: plays them, drains them, judges them, and says what is needed to see one again."""

from __future__ import annotations

import traceback
from pathlib import Path

from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import store
from tests.simulation import actors, invariants, later
from tests.simulation.run import Run

KEPT = Path(__file__).parent / "kept_seeds.txt"
# Acts in one seed. Many short months find more than few long ones; `--events` plays longer ones.
EVENTS = 24


class Violated(AssertionError):
    """A seed broke an invariant."""


def kept() -> list[tuple[int, int]]:
    """Seeds that failed once, each with its number of acts; run always."""
    lines = [line.split("#")[0].split() for line in KEPT.read_text().splitlines()]
    return [(int(line[0]), int(line[1])) for line in lines if line]


def run(seed: int, base_store: store.Store, *, events: int = EVENTS) -> Run:
    """Play one seed to its end.

    :raises Violated: an invariant does not hold; the message has the seed, what is wrong and what happened.
    """
    made = Run(seed, base_store)
    try:
        if seed >= later.FROM:
            made.world.set_portal(schedule_payment=True)
            actors.play(made, events=events + events // 2, others=later.WEIGHTS)
            drain_later(made)
            wrong = [*invariants.at_the_end(made), *later.wrong(made), *later.wrong_at_the_end(made)]
        else:
            actors.play(made, events=events)
            made.drain()
            wrong = invariants.at_the_end(made)
    except Exception as error:
        raise Violated(_story(made, traceback.format_exc().splitlines()[-14:])) from error
    finally:
        client.mount(base_url=made.world.sandbox.base_url, transport=None)
    if wrong:
        raise Violated(_story(made, wrong))
    return made


def drain_later(made: Run) -> None:
    """Let the worker go on until nothing is set, pending or to be tried again."""
    for _ in range(6):
        made.mend()
        later.drain(made)
        made.drain()
        if not later.is_waiting(made):
            return


def _story(made: Run, wrong: list[str]) -> str:
    return "\n".join([f"seed {made.seed}", *wrong, "what happened:", *made.log])
