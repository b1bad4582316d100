from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Django's database cache: sign-in limits and used one-time codes, the same for all processes."""

    dependencies = [("identity", "0001_initial")]
    operations = [
        migrations.RunSQL(
            sql=[
                (
                    "CREATE TABLE cache_entry (cache_key varchar(255) PRIMARY KEY,"
                    " value text NOT NULL, expires timestamptz NOT NULL)"
                ),
                "CREATE INDEX cache_entry_expires ON cache_entry (expires)",
            ],
            reverse_sql="DROP TABLE cache_entry",
        ),
    ]
