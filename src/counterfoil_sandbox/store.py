"""The sandbox's own database: a small pool of autocommit connections, and its schema made at start."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

Row: TypeAlias = dict[str, Any]
Connection: TypeAlias = psycopg.Connection[Row]
SCHEMA_LOCK = 7_304_211
TABLES = "agreement, small_amounts, delayed, fault, event, movement, refund, charge, token, merchant"


class Store:
    """Connections to one database. Safe to share between threads; make it after a fork, not before."""

    def __init__(self, url: str, *, size: int = 1) -> None:
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            connection_class=psycopg.Connection[Row],
            kwargs={"autocommit": True, "row_factory": dict_row},
            min_size=1,
            max_size=size,
            open=True,
        )

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """One connection in autocommit, for as long as one request needs it."""
        with self._pool.connection() as db:
            yield db

    def prepare(self) -> None:
        """Make the tables that are missing, and carry older ones along; several processes may do so at once."""
        with self.session() as db, db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
            db.execute((Path(__file__).parent / "schema.sql").read_bytes())
            db.execute(
                "INSERT INTO installation (fingerprint_key) VALUES (%s) ON CONFLICT DO NOTHING",
                [secrets.token_hex(32)],
            )

    def empty(self) -> None:
        """Forget everything but the tables, the clock's offset included."""
        with self.session() as db, db.transaction():
            db.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")
            db.execute("UPDATE installation SET offset_seconds = 0")

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
