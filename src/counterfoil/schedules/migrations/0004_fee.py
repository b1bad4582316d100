"""The flat fee that was agreed to with a payment on a later day."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Scheduled payments keep it; those of autopay have none."""

    dependencies = [("schedules", "0003_raised")]
    operations = [
        migrations.AddField(
            model_name="scheduled",
            name="fee_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="scheduled",
            constraint=models.CheckConstraint(condition=Q(fee_minor__gte=0), name="scheduled_fee"),
        ),
        migrations.AddConstraint(
            model_name="scheduled",
            constraint=models.CheckConstraint(
                condition=Q(enrollment__isnull=True) | Q(fee_minor=0), name="scheduled_autopay_has_no_fee"
            ),
        ),
    ]
