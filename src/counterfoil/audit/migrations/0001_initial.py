from __future__ import annotations

from django.db import migrations, models

import counterfoil.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditPending",
            fields=[
                ("event_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "audit_pending",
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "biller_id", "seal_no", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("biller_id", models.BigIntegerField()),
                ("seal_no", models.BigIntegerField()),
                ("event_id", models.BigIntegerField(unique=True)),
                ("hash", models.BinaryField()),
            ],
            options={
                "db_table": "audit_seal",
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("biller_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor_ref", models.CharField(max_length=100)),
                ("action", models.CharField(max_length=80)),
                ("object_ref", models.CharField(max_length=100)),
                ("details", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("xact", counterfoil.core.fields.Xid8Field(db_default=counterfoil.core.fields.CurrentXact())),
            ],
            options={
                "db_table": "audit_event",
                "indexes": [
                    models.Index(fields=["biller_id", "id"], name="audit_event_biller"),
                    models.Index(fields=["biller_id", "object_ref", "id"], name="audit_event_object"),
                ],
            },
        ),
    ]
