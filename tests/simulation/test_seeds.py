"""Two hundred simulated months, and every one that ever failed."""

from __future__ import annotations

import pytest

from counterfoil.core.actor import WORKER
from counterfoil.flows.audit import verify
from counterfoil_sandbox import store
from tests.simulation import kinds, seeds

CHUNK = 20


@pytest.mark.parametrize("first", range(0, 200, CHUNK))
def test_seeds(first: int, transactional_db: None, base_store: store.Store) -> None:
    made = seeds.run_all(range(first, first + CHUNK), base_store, events=kinds.SHORT)
    verdict = verify.run(actor=WORKER, now=made.now)
    assert (verdict.pending, verdict.neither, verdict.breaks) == (0, 0, ())


def test_seeds_that_failed_once(transactional_db: None, base_store: store.Store) -> None:
    for seed, events in seeds.kept():
        seeds.run(seed, base_store, events=events)
