"""An access knows the permission that was accepted with it, to end both at once."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from counterfoil.core import db


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_helper_kind"), ("sharing", "0002_walls")]

    operations = [
        migrations.AddField(
            model_name="helper",
            name="authorization",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="agreements.authorization",
            ),
        ),
        db.CompositeKey(table="sharing_helper", column="authorization_id", parent="agreements_authorization"),
    ]
