"""The tests' database: migrated by the owner, used by the application's role, swept by the owner.

The application's role may not truncate, and not delete what is append-only; so only the owner can clean up behind a
test that commits. Rows that the migrations themselves put in are put back after each sweep.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SEED = "seed_of_tests"
HOW = "Run the tests by `make test` or `make test-fast`; both start a server of their own."


@dataclass(frozen=True)
class TestDatabase:
    """One database of the test server, and the two roles that meet there."""

    __test__ = False

    name: str
    app: dict[str, Any]
    owner: dict[str, Any]

    @property
    def owner_conninfo(self) -> str:
        """Where the owner connects."""
        return make_conninfo("", **{**self.owner, "dbname": self.name})

    @property
    def maintenance_conninfo(self) -> str:
        """Where the owner connects to make and drop databases."""
        return make_conninfo("", **{**self.owner, "dbname": "postgres"})


def from_environment(*, worker: str) -> TestDatabase:
    """Name this worker's database and read both roles from the environment.

    :raises RuntimeError: an address is missing.
    """
    urls = {name: os.environ.get(name) for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL")}
    missing = [name for name, url in urls.items() if not url]
    if missing:
        message = f"{' and '.join(missing)} not set. {HOW}"
        raise RuntimeError(message)
    app, owner = (dict(conninfo_to_dict(url)) for url in urls.values() if url)
    name = os.environ.get("COUNTERFOIL_TEST_DB") or f"test_{app['dbname']}"
    return TestDatabase(name=f"{name}_{worker}" if worker else name, app=app, owner=owner)


def create(database: TestDatabase, *, keep: bool) -> None:
    """Make the database anew (or keep the one that is there) and migrate it as the owner."""
    with psycopg.connect(database.maintenance_conninfo, autocommit=True) as connection:
        name = sql.Identifier(database.name)
        if not keep:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name]).fetchone()
        if not found:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    use(database)
    call_command(
        "migrate", verbosity=0, interactive=False
    )  # the product's own: as the owner, then the grants
    remember_seed(database)


def use(database: TestDatabase) -> None:
    """Let every alias of Django speak to the tests' database."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database.name
        settings.DATABASES[alias]["NAME"] = database.name


def drop(database: TestDatabase) -> None:
    """Drop the database, whoever is still connected."""
    connections.close_all()
    # The server's own cleaner may sit in it, which only a superuser may end; the next run drops it then.
    with (
        suppress(psycopg.errors.InsufficientPrivilege),
        psycopg.connect(database.maintenance_conninfo, autocommit=True) as connection,
    ):
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name))
        )


def remember_seed(database: TestDatabase) -> None:
    """Copy what the migrations put in, to put it back after each sweep."""
    with psycopg.connect(database.owner_conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SEED)))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SEED)))
        for table in _filled(connection):
            connection.execute(
                sql.SQL("CREATE TABLE {} AS TABLE {}").format(
                    sql.Identifier(SEED, table), sql.Identifier("public", table)
                )
            )


def sweep(database: TestDatabase) -> None:
    """Empty every table as the owner, then put back what the migrations put in.

    :raises psycopg.errors.LockNotAvailable: a test left a transaction open.
    """
    with psycopg.connect(database.owner_conninfo) as connection:
        connection.execute("SET LOCAL lock_timeout = '10s'")
        filled = _filled(connection)
        if not filled:
            return
        tables = sql.SQL(", ").join(sql.Identifier("public", table) for table in filled)
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))
        for table in _seeded(connection):
            _put_back(connection, table)


def _filled(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables of the product with at least one row."""
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
        " ORDER BY tablename"
    ).fetchall()
    if not tables:
        return []
    probes = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
            sql.Literal(table), sql.Identifier("public", table)
        )
        for (table,) in tables
    )
    return [row[0] for row in connection.execute(probes)]


def _seeded(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables to put back, each after those it refers to."""
    rows = connection.execute(
        "SELECT t.tablename, f.relname FROM pg_tables t"
        " LEFT JOIN pg_constraint c ON c.conrelid = format('public.%%I', t.tablename)::regclass"
        " AND c.contype = 'f' AND c.confrelid <> c.conrelid"
        " LEFT JOIN pg_class f ON f.oid = c.confrelid WHERE t.schemaname = %s",
        [SEED],
    ).fetchall()
    tables = {table for table, _ in rows}
    order = TopologicalSorter({table: set[str]() for table in tables})
    for table, parent in rows:
        if parent in tables:
            order.add(table, parent)
    return list(order.static_order())


def _put_back(connection: psycopg.Connection[Any], table: str) -> None:
    columns = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = format('public.%%I', %s::text)::regclass"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    ).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in columns)
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
            sql.Identifier("public", table), names, names, sql.Identifier(SEED, table)
        )
    )
