"""Committed rows, seen by real transactions; swept after each test, not after each seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes


@pytest.fixture(scope="session")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    """Open the sandbox's own database."""
    opened = sandboxes.prepared_store(sandbox_database_url, size=2)
    yield opened
    opened.close()
