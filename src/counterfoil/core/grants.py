"""What the app's database role may do.

The owner's role migrates; the app's serves, and can change no history.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from counterfoil.core import errors

ORDINARY: Final = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY: Final = "SELECT, INSERT"

# Every table not named here is ordinary. TRUNCATE, REFERENCES and TRIGGER are granted on none.
NARROWED: Final = {
    "ledger_entry": APPEND_ONLY,
    "ledger_line": APPEND_ONLY,
    "audit_event": APPEND_ONLY,
    "audit_seal": APPEND_ONLY,
    "payment_event": APPEND_ONLY,
    "request_message": APPEND_ONLY,
    # A rule changes by a new row; a stored content never changes, and is deleted when its time is over.
    "rule": APPEND_ONLY,
    "stored_file": "SELECT, INSERT, DELETE",
    "file_piece": "SELECT, INSERT, DELETE",
    # Filled by the trigger on audit_event alone; the sealer takes rows out.
    "audit_pending": "SELECT, DELETE",
    "django_migrations": "SELECT",
}


class PowerfulRole(errors.CounterfoilError):
    """The app would serve as a role for which the database's walls do not stand."""

    code = "powerful_role"


def apply(connection: BaseDatabaseWrapper, app_role: str) -> None:
    """Give `app_role` exactly its privileges on every table there is; safe to run again.

    Run by the owner at the end of every migration.

    :raises PowerfulRole: there is no such role, or it is the one that runs this.
    """
    role = connection.ops.quote_name(app_role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [app_role])
        current, exists = cursor.fetchone()
        if not exists:
            raise PowerfulRole(f"there is no database role {app_role}")
        if current == app_role:
            raise PowerfulRole("migrations run as the owner's role, not the app's")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM {role}")
        cursor.execute(
            "SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'S')"
            " AND pg_has_role(c.relowner, 'USAGE')"
            " ORDER BY c.relname"
        )
        for name, kind in cursor.fetchall():
            cursor.execute(_statements(connection.ops.quote_name(name), name, kind, role))


def _statements(quoted: str, name: str, kind: str, role: str) -> str:
    if kind == "S":
        return f"GRANT USAGE, SELECT ON SEQUENCE {quoted} TO {role}"
    wanted = NARROWED.get(name, ORDINARY)
    return f"REVOKE ALL ON TABLE {quoted} FROM {role}; GRANT {wanted} ON TABLE {quoted} TO {role}"


def refuse_powerful(connection: BaseDatabaseWrapper) -> None:
    """Refuse to serve as a role that could change what is append-only; asked at start-up.

    :raises PowerfulRole: the current role is a superuser, owns a table, or may change a narrowed one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (superuser,) = cursor.fetchone()
        if superuser:
            raise PowerfulRole("DATABASE_URL names a superuser; name the app's own role")
        owned = _one(
            cursor,
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
            " AND pg_has_role(c.relowner, 'MEMBER') LIMIT 1",
        )
        if owned:
            raise PowerfulRole(
                f"DATABASE_URL names a role that owns tables ({owned}); name the app's own role"
            )
        changed = _one(
            cursor,
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relname = ANY(%s) AND (has_table_privilege(c.oid, 'UPDATE')"
            " OR has_table_privilege(c.oid, 'TRUNCATE')) LIMIT 1",
            [list(NARROWED)],
        )
        if changed:
            raise PowerfulRole(f"the app's role may change {changed}; run: counterfoil migrate")


def _one(cursor: Any, statement: str, values: list[Any] | None = None) -> str | None:
    cursor.execute(statement, values)
    row = cursor.fetchone()
    return str(row[0]) if row else None
