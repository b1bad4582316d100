"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of authorizations carry the biller."""

    dependencies = [
        ("agreements", "0001_initial"),
        ("payers", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table="agreements_authorization", column="payer_id", parent="payers_payer"),
    ]
