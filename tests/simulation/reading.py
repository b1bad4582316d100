"""The simulator's own statements, each planned once for all the seeds of a process: they are asked again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection


def read(statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
    """Return the rows of a statement; no query of the product stands between."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, values, prepare=True).fetchall()  # type: ignore[arg-type]
