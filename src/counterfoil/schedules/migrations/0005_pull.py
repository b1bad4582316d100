"""What a biller collects by a standing permission is scheduled, too."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One more origin."""

    dependencies = [("schedules", "0004_fee")]
    operations = [
        migrations.RemoveConstraint(model_name="scheduled", name="scheduled_origin"),
        migrations.AddConstraint(
            model_name="scheduled",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ("payer", "autopay", "retry", "pull"))),
                name="scheduled_origin",
            ),
        ),
    ]
