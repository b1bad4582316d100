"""The database itself keeps the books in balance, and append-only."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "balanced.sql"
UNDO = """
DROP TRIGGER append_only ON ledger_entry;
DROP TRIGGER append_only ON ledger_line;
DROP FUNCTION ledger_refuse();
DROP TRIGGER balanced ON ledger_line;
DROP FUNCTION ledger_balanced();
"""


class Migration(migrations.Migration):
    """Statement triggers: one for balance, one against change."""

    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
