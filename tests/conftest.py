"""What every test stands on: the database with its two roles, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import translation
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pytest_django import DjangoDbBlocker

from counterfoil.core import keyring
from tests import database as databases, garbage


def pytest_collection_finish() -> None:
    """Go through modules and tests no more: all are there now."""
    garbage.leave_what_is_loaded()


@pytest.fixture(scope="session")
def tests_database(request: pytest.FixtureRequest) -> databases.TestDatabase:
    """Name of this worker's database, and both roles."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    return databases.from_environment(worker=worker)


@pytest.fixture(scope="session", autouse=True)
def _demo_key_ring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the run a key ring of its own."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    keyring.new(path, installation="demo", made_at=datetime.now(UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "COUNTERFOIL_KEYS_FILE", str(path))
        yield


@pytest.fixture(autouse=True)
def _language_of_its_own() -> Iterator[None]:
    """Leave no language behind that a test's request or mail had chosen."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(
    tests_database: databases.TestDatabase,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
) -> Iterator[None]:
    """Migrate as the owner, then let every test be the application's role."""
    patch = pytest.MonkeyPatch()

    def sweep(_case: TransactionTestCase) -> None:
        databases.sweep(tests_database)

    with django_db_blocker.unblock():
        databases.create(tests_database, keep=django_db_keepdb)
    patch.setattr(TransactionTestCase, "_fixture_teardown", sweep)
    yield
    patch.undo()
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            databases.drop(tests_database)


@pytest.fixture(scope="session")
def owner_conninfo(django_db_setup: None, tests_database: databases.TestDatabase) -> str:
    """Where a test can be the owner, to try what the application's role may not."""
    return tests_database.owner_conninfo


@pytest.fixture(scope="session")
def sandbox_database_url(tests_database: databases.TestDatabase) -> Iterator[str]:
    """Give an empty database of the sandbox's own, one for each test worker."""
    with _sandbox_database(tests_database, "sandbox") as url:
        yield url


@pytest.fixture(scope="session")
def process_database_url(tests_database: databases.TestDatabase) -> Iterator[str]:
    """Give a sandbox that runs as a process its own: it lives in real time and would tick everybody's clock."""
    with _sandbox_database(tests_database, "process") as url:
        yield url


@contextmanager
def _sandbox_database(tests_database: databases.TestDatabase, suffix: str) -> Iterator[str]:
    given = os.environ.get("SANDBOX_DATABASE_URL")
    role: dict[str, Any] = dict(conninfo_to_dict(given)) if given else tests_database.owner
    name = f"{tests_database.name}_{suffix}"
    maintenance = make_conninfo("", **{**role, "dbname": "postgres"})
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    yield make_conninfo("", **{**role, "dbname": name})
    # The server's own cleaner may sit in it, which only a superuser may end; the next run drops it then.
    with (
        suppress(psycopg.errors.InsufficientPrivilege),
        psycopg.connect(maintenance, autocommit=True) as last,
    ):
        last.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
