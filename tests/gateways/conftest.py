"""A store for the session, a merchant for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes


@pytest.fixture(scope="session")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    opened = sandboxes.prepared_store(sandbox_database_url, size=8)
    yield opened
    opened.close()


@pytest.fixture
def sandbox(base_store: store.Store) -> sandboxes.Practice:
    return sandboxes.practice(base_store)
