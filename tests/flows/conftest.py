"""A sandbox in this process and a small world for the tests of flows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil.core import http
from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes
from tests.factories.world import World


@pytest.fixture(scope="session")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    """Open the sandbox's own database."""
    opened = sandboxes.prepared_store(sandbox_database_url, size=8)
    yield opened
    opened.close()


@pytest.fixture
def world(db: None, base_store: store.Store) -> Iterator[World]:
    """Return a biller at a sandbox merchant of its own."""
    http.forget()
    made = World(sandboxes.practice(base_store))
    yield made
    client.mount(base_url=made.sandbox.base_url, transport=None)
