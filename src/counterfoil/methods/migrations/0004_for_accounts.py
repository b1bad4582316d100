"""Which accounts a method is for, and what a method was before."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billers", "0001_initial"),
        ("methods", "0003_pending_validation"),
        ("payers", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="MethodAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PastDetails",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("replaced", "Replaced"),
                            ("corrected", "Corrected"),
                            ("deleted", "Deleted"),
                        ],
                        max_length=12,
                    ),
                ),
                ("token", models.CharField(max_length=100)),
                ("brand", models.CharField(blank=True, max_length=40)),
                ("bank_name", models.CharField(blank=True, max_length=80)),
                ("last4", models.CharField(max_length=4)),
                ("exp_month", models.PositiveSmallIntegerField(null=True)),
                ("exp_year", models.PositiveSmallIntegerField(null=True)),
                ("ended_at", models.DateTimeField()),
                ("ended_by_ref", models.CharField(max_length=64)),
                ("is_to_forget", models.BooleanField(default=False)),
                ("forgotten_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "past details",
            },
        ),
        migrations.AddIndex(
            model_name="paymentmethod",
            index=models.Index(
                condition=models.Q(("is_saved", True), ("kind", "card"), ("status", "active")),
                fields=["exp_year", "exp_month"],
                name="method_expiring",
            ),
        ),
        migrations.AddField(
            model_name="methodaccount",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="payers.billingaccount",
            ),
        ),
        migrations.AddField(
            model_name="methodaccount",
            name="biller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billers.biller",
            ),
        ),
        migrations.AddField(
            model_name="methodaccount",
            name="method",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="methods.paymentmethod",
            ),
        ),
        migrations.AddField(
            model_name="pastdetails",
            name="biller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billers.biller",
            ),
        ),
        migrations.AddField(
            model_name="pastdetails",
            name="connection",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billers.gatewayconnection",
            ),
        ),
        migrations.AddField(
            model_name="pastdetails",
            name="method",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="methods.paymentmethod",
            ),
        ),
        migrations.AddConstraint(
            model_name="methodaccount",
            constraint=models.UniqueConstraint(fields=("method", "account"), name="method_account_once"),
        ),
        migrations.AddIndex(
            model_name="pastdetails",
            index=models.Index(
                condition=models.Q(("forgotten_at__isnull", True), ("is_to_forget", True)),
                fields=["ended_at"],
                name="past_details_to_forget",
            ),
        ),
    ]
