"""What was added to a bill after autopay's payment for it could not be withdrawn any more."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Scheduled payments note it, so that the rest is planned anew."""

    dependencies = [("schedules", "0002_walls")]
    operations = [
        migrations.AddField(model_name="scheduled", name="raised", field=models.JSONField(default=list)),
    ]
