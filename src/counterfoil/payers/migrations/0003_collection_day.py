from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """On which day of the month a biller collects from a payer who chose that."""

    dependencies = [("payers", "0002_walls")]
    operations = [
        migrations.AddField(
            model_name="payer",
            name="collection_day",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="payer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("collection_day", None), ("who_pays", "biller_collects"), _connector="OR"
                ),
                name="payer_collection_day",
            ),
        ),
    ]
