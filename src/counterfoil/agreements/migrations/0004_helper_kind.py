"""What a payer allows a helper is a kind of its own: it was taken for the biller's permission to collect."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_one_standing")]

    operations = [
        migrations.AlterField(
            model_name="authorization",
            name="kind",
            field=models.CharField(
                choices=[
                    ("single", "Single"),
                    ("recurring", "Recurring"),
                    ("standing", "Standing"),
                    ("helper", "Helper"),
                    ("stored_method", "Stored Method"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunSQL(
            "UPDATE agreements_authorization SET kind = 'helper'"
            " WHERE kind = 'standing' AND template_version LIKE 'helper/%'",
            migrations.RunSQL.noop,
        ),
    ]
