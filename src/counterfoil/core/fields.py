"""Column types that Django lacks."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class Xid8Field(models.BigIntegerField):  # type: ignore[type-arg] # generic in the stubs alone
    """PostgreSQL's 64-bit transaction id, as an int."""

    description = "64-bit transaction id"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's type."""
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> int | None:
        """Turn what the driver gives (text) into an int."""
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> str | Any:
        """Send an int as text: PostgreSQL has no cast from bigint to xid8."""
        return str(value) if isinstance(value, int) else super().get_prep_value(value)


class CurrentXact(models.Func):
    """The id of the transaction that runs, given one if it had none; for `db_default`."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = Xid8Field()
