"""Declined cards are few, and asked about at every card payment."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_awaiting_validation")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("method_kind", "card"), ("status", "declined")),
                fields=["biller", "submitted_at"],
                name="payment_declined_card",
            ),
        ),
    ]
