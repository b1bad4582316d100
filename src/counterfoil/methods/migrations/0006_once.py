"""Methods for one time alone are found without reading all others."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of the few that are not saved and not deleted yet."""

    dependencies = [("methods", "0005_more_walls")]
    operations = [
        migrations.AddIndex(
            model_name="paymentmethod",
            index=models.Index(
                condition=models.Q(("is_saved", False), models.Q(("status", "deleted"), _negated=True)),
                fields=["id"],
                name="method_once",
            ),
        ),
    ]
