"""A store for the session; for each test a merchant, or each gateway there is, with its other side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.gateways import base, registry
from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes
from tests.gateways.practices import PRACTICES


@pytest.fixture(scope="session")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    opened = sandboxes.prepared_store(sandbox_database_url, size=8)
    yield opened
    opened.close()


@pytest.fixture
def sandbox(base_store: store.Store) -> sandboxes.Practice:
    return sandboxes.practice(base_store)


@pytest.fixture(params=sorted(registry.FACTORIES))
def practice(request: pytest.FixtureRequest, base_store: store.Store) -> Iterator[Any]:
    made = PRACTICES[request.param](base_store)
    yield made
    made.close()


@pytest.fixture
def gateway(practice: Any) -> base.Gateway:
    return registry.open_gateway(key=practice.key, config=practice.config)
