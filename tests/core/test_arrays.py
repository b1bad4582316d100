from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from counterfoil.core import arrays


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "text",
            [
                "plain",
                "",
                "a,b",
                'say "hi"',
                "back\\slash",
                "NULL",
                "{}",
                "Åberg",
                "'; DROP",
                "new\nline",
                None,
            ],
        ),
        ("bigint", [1, -5, 2**60, None]),
        ("boolean", [True, False, None]),
        ("date", [date(2026, 11, 22), None]),
        ("timestamptz", [datetime(2026, 11, 22, 5, 30, 0, 123456, tzinfo=UTC), None]),
    ],
)
def test_values_come_back_as_they_went(kind: str, values: list[object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unnest(%s::{kind}[])", [arrays.literal(values)])
        assert [row[0] for row in cursor.fetchall()] == values


def test_what_has_no_literal_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        arrays.literal([1.5])
