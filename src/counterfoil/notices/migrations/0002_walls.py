"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of notices carry the biller."""

    dependencies = [
        ("notices", "0001_initial"),
        ("payers", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table="notices_notice", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="notices_delivery", column="notice_id", parent="notices_notice"),
    ]
