from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """The demo clock's one row. A table of its own, not a model: it is no noun of the product."""

    initial = True
    operations = [
        migrations.RunSQL(
            sql=[
                """
                CREATE TABLE core_clock (
                  id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
                  offset_seconds bigint NOT NULL DEFAULT 0)
                """,
                "INSERT INTO core_clock DEFAULT VALUES",
            ],
            reverse_sql="DROP TABLE core_clock",
        ),
    ]
