"""One standing permission for each method."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_walls"),
        ("billers", "0001_initial"),
        ("payers", "0002_walls"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "standing"), ("revoked_at__isnull", True)),
                fields=("method_ref",),
                name="authorization_one_standing",
            ),
        ),
    ]
