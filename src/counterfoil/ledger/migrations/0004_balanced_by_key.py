"""The balance is kept without reading the entries of a large transaction again and again."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "balanced_by_key.sql"


class Migration(migrations.Migration):
    """The same rule with a plan that no statistics can spoil; going back needs nothing."""

    dependencies = [("ledger", "0003_owed")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
