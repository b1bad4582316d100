"""The tests run as the app's role, so what it may not do is tried for real."""

from __future__ import annotations

import psycopg
import pytest
from django.db import ProgrammingError, connection
from psycopg import sql

from counterfoil.core import grants

pytestmark = pytest.mark.django_db

HISTORY = ("audit_event", "audit_seal", "ledger_entry", "ledger_line", "payment_event", "request_message")


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"])
def test_history_can_be_read_and_added_to_and_nothing_else(table: str, privilege: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, %s), has_table_privilege(%s, 'INSERT')", [table, privilege, table]
        )
        assert cursor.fetchone() == (False, True)


def test_no_table_can_be_truncated_by_the_app() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND has_table_privilege(oid, 'TRUNCATE')"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE audit_event",
        "UPDATE audit_event SET action = 'x.y'",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_pending VALUES (1)",
        "UPDATE rule SET value = '1'",
        "UPDATE stored_file SET size = 1",
        "DELETE FROM django_migrations",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "DROP TABLE audit_event",
    ],
)
def test_the_app_is_refused(statement: str) -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_app_may_serve() -> None:
    grants.refuse_powerful(connection)


def test_it_cannot_give_itself_anything() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (app,) = cursor.fetchone()

    with pytest.raises(grants.PowerfulRole, match="owner's role"):
        grants.apply(connection, app)


def test_a_role_that_does_not_exist_is_named() -> None:
    with pytest.raises(grants.PowerfulRole, match="nobody_at_all"):
        grants.apply(connection, "nobody_at_all")


@pytest.mark.django_db(transaction=True)
def test_a_role_that_owns_tables_or_may_change_history_is_refused(owner_conninfo: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        app = sql.Identifier(cursor.fetchone()[0])
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        owner.execute(sql.SQL("GRANT UPDATE ON audit_seal TO {}").format(app))
        try:
            with pytest.raises(grants.PowerfulRole, match="audit_seal"):
                grants.refuse_powerful(connection)
        finally:
            owner.execute(sql.SQL("REVOKE UPDATE ON audit_seal FROM {}").format(app))
    grants.refuse_powerful(connection)
