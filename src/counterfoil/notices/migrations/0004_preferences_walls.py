"""The second wall for what came with preferences and reminders."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of preferences and reminders carry the biller."""

    dependencies = [
        ("notices", "0003_preferences_reminders"),
        ("payers", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table="notices_preference", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="notices_reminder", column="payer_id", parent="payers_payer"),
    ]
