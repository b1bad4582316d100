"""Simulated months in which staff give money back."""

from __future__ import annotations

import pytest

from counterfoil_sandbox import store
from tests.simulation import kinds, seeds

FIRST, CHUNK = kinds.FIRST["refunded"], 10


@pytest.mark.parametrize("first", range(FIRST, FIRST + 20, CHUNK))
def test_seeds(first: int, transactional_db: None, base_store: store.Store) -> None:
    seeds.run_all(range(first, first + CHUNK), base_store)
