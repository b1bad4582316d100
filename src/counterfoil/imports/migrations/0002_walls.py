"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of imports carry the biller."""

    dependencies = [
        ("imports", "0001_initial"),
    ]
    operations = [
        db.CompositeKey(table="imports_row", column="import_id", parent="imports_import"),
    ]
