"""A small world with a sandbox, and staff in front of the desk. A second factor is asked for where a test says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from counterfoil.core import http
from counterfoil.gateways.sandbox import client as sandbox_client
from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes, signed_in
from tests.factories.world import World


@pytest.fixture(scope="session")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    """Open the sandbox's own database."""
    opened = sandboxes.prepared_store(sandbox_database_url, size=8)
    yield opened
    opened.close()


@pytest.fixture
def world(db: None, base_store: store.Store, settings: Settings) -> Iterator[World]:
    """Return a biller at a sandbox merchant of its own."""
    settings.COUNTERFOIL_MFA_REQUIRED = False
    http.forget()
    made = World(sandboxes.practice(base_store))
    yield made
    sandbox_client.mount(base_url=made.sandbox.base_url, transport=None)


@pytest.fixture
def desk(world: World) -> Client:
    """Return an administrator of the world's biller, signed in."""
    return signed_in.staff(world.biller_id, now=world.now)


@pytest.fixture
def queries_of(django_assert_max_num_queries: DjangoAssertNumQueries) -> object:
    """Give a function that counts the queries of one request."""

    def count(client: Client, address: str) -> int:
        # The first request of a session writes that it began.
        client.get(address)
        with django_assert_max_num_queries(200) as captured:
            assert client.get(address).status_code == 200
        # A demo reads its clock once a second, whoever asks.
        return len([query for query in captured.captured_queries if "core_clock" not in query["sql"]])

    return count
