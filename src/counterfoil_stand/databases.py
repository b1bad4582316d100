"""The three roles and two databases, on our own server or on one that was given."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from counterfoil_stand import places
from counterfoil_stand.cluster import Cluster
from counterfoil_stand.errors import StandError

DATABASE = "counterfoil"
SANDBOX_DATABASE = "counterfoil_sandbox"
OWNER, APP, SANDBOX = "counterfoil_owner", "counterfoil_app", "counterfoil_sandbox"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each role connects."""

    app: str
    owner: str
    sandbox: str

    def environment(self) -> dict[str, str]:
        """Under the names that the processes read."""
        return {
            "DATABASE_URL": self.app,
            "MIGRATE_DATABASE_URL": self.owner,
            "SANDBOX_DATABASE_URL": self.sandbox,
        }


def given(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the app's and the owner's address from the environment, None when neither is set.

    :raises StandError: only one of the two is set.
    """
    app, owner = environ.get("DATABASE_URL"), environ.get("MIGRATE_DATABASE_URL")
    if app and owner:
        return app, owner
    if app:
        raise StandError(
            "DATABASE_URL is set, MIGRATE_DATABASE_URL is not: set it to the address of the role that owns the"
            " tables (the app's role may not migrate)."
        )
    if owner:
        raise StandError(
            "MIGRATE_DATABASE_URL is set, DATABASE_URL is not: set it to the address of the app's own role"
            " (which owns nothing)."
        )
    return None


def on_own_server(cluster: Cluster, *, credentials: Path, may_create: bool = False) -> Addresses:
    """Make roles and databases where they are missing; `may_create` lets owner and sandbox make more (tests)."""
    passwords = _passwords(credentials)
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        for role in (OWNER, APP, SANDBOX):
            _make_role(connection, role, passwords[role], may_create=may_create and role != APP)
        for database, owner in ((DATABASE, OWNER), (SANDBOX_DATABASE, SANDBOX)):
            _make_database(connection, database, owner)
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(DATABASE), sql.Identifier(APP)
            )
        )
    place = f"127.0.0.1:{cluster.port}"
    return Addresses(
        app=_url(APP, passwords[APP], place, DATABASE),
        owner=_url(OWNER, passwords[OWNER], place, DATABASE),
        sandbox=_url(SANDBOX, passwords[SANDBOX], place, SANDBOX_DATABASE),
    )


def on_given_server(*, app: str, owner: str, sandbox: str | None, credentials: Path) -> Addresses:
    """Use the given addresses; make the sandbox's database next to the product's if the owner may.

    :raises StandError: it may not, and SANDBOX_DATABASE_URL is not set.
    """
    if sandbox:
        return Addresses(app=app, owner=owner, sandbox=sandbox)
    parts = {name: str(value) for name, value in conninfo_to_dict(owner).items() if value}
    database = f"{parts.get('dbname', DATABASE)}_sandbox"
    try:
        role, password = _make_beside(owner, parts, database=database, credentials=credentials)
        made = _beside(parts, role=role, password=password, database=database)
        with psycopg.connect(made) as connection:
            connection.execute("CREATE TABLE may_i (n int)")
            connection.rollback()
    except psycopg.Error as error:
        raise StandError(
            f"The sandbox gateway needs a database of its own, and the owner's role could not make {database}"
            f" ({str(error).strip()}). Make one and set SANDBOX_DATABASE_URL to its address."
        ) from error
    return Addresses(app=app, owner=owner, sandbox=made)


def _make_beside(
    owner: str, parts: Mapping[str, str], *, database: str, credentials: Path
) -> tuple[str, str]:
    """Make the sandbox's database; return the role and password that own it."""
    # Named as its database, so that two installations on one server do not share a role.
    role, password = database, _passwords(credentials)[SANDBOX]
    with psycopg.connect(owner, autocommit=True) as connection:
        try:
            _make_role(connection, role, password, may_create=False)
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
        except psycopg.errors.InsufficientPrivilege:
            role, password = parts["user"], parts.get("password", "")
        _make_database(connection, database, role)
    return role, password


def _beside(parts: Mapping[str, str], *, role: str, password: str, database: str) -> str:
    host, port = parts.get("host", "localhost"), parts.get("port", "5432")
    if host.startswith("/"):
        return _socket_url(role, password, host, port, database)
    return _url(role, password, f"{host}:{port}", database)


def _passwords(credentials: Path) -> dict[str, str]:
    kept: dict[str, str] = {}
    if credentials.exists():
        kept = json.loads(credentials.read_text(encoding="utf-8"))
    passwords = {role: kept.get(role) or secrets.token_urlsafe(24) for role in (OWNER, APP, SANDBOX)}
    if passwords != kept:
        places.write_secret(credentials, json.dumps(passwords, indent=1))
    return passwords


def _make_role(
    connection: psycopg.Connection[tuple[object, ...]], role: str, password: str, *, may_create: bool
) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    statement = "ALTER ROLE {} LOGIN PASSWORD {} {}" if found else "CREATE ROLE {} LOGIN PASSWORD {} {}"
    connection.execute(
        sql.SQL(statement).format(
            sql.Identifier(role),
            sql.Literal(password),
            sql.SQL("CREATEDB") if may_create else sql.SQL("NOCREATEDB"),
        )
    )


def _make_database(connection: psycopg.Connection[tuple[object, ...]], database: str, owner: str) -> None:
    name = sql.Identifier(database)
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        return
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, sql.Identifier(owner))
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def _url(role: str, password: str, place: str, database: str) -> str:
    return f"postgresql://{quote(role)}:{quote(password, safe='')}@{place}/{quote(database)}"


def _socket_url(role: str, password: str, folder: str, port: str, database: str) -> str:
    secret = quote(password, safe="")
    return f"postgresql://{quote(role)}:{secret}@/{quote(database)}?host={quote(folder, safe='')}&port={port}"
