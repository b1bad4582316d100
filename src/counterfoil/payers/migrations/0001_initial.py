from __future__ import annotations

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import counterfoil.payers.states


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Trusted since PostgreSQL 13: the database's owner may make it.
        TrigramExtension(),
        migrations.CreateModel(
            name="BillingAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=28, unique=True)),
                ("number", models.CharField(max_length=40)),
                ("holder_name", models.CharField(max_length=120)),
                ("sort_name", models.CharField(max_length=120)),
                (
                    "standing",
                    models.CharField(default=counterfoil.payers.states.Standing["ACTIVE"], max_length=8),
                ),
                ("external_ref", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                (
                    "biller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billers.biller",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=28, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("sort_name", models.CharField(max_length=120)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=32)),
                ("locale", models.CharField(default="en", max_length=8)),
                ("invoice_preference", models.CharField(default="email", max_length=8)),
                ("who_pays", models.CharField(blank=True, max_length=16)),
                ("created_at", models.DateTimeField()),
                (
                    "biller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billers.biller",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccountPayer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("relation", models.CharField(default="other", max_length=20)),
                ("is_default", models.BooleanField(default=False)),
                (
                    "biller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billers.biller",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payers.billingaccount",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payers.payer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UserProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=60)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                (
                    "biller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billers.biller",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PortalAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "biller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billers.biller",
                    ),
                ),
                (
                    "login",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payers.payer",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payers.userprofile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=28, unique=True)),
                ("email", models.EmailField(max_length=254)),
                ("digest", models.BinaryField(unique=True)),
                ("times_sent", models.PositiveSmallIntegerField(default=1)),
                ("may_see_confirmed_at", models.DateTimeField()),
                ("may_see_confirmed_by_ref", models.CharField(max_length=64)),
                ("invited_by_ref", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "biller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billers.biller",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payers.payer",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payers.userprofile",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="billingaccount",
            index=models.Index(fields=["biller", "sort_name", "id"], name="account_by_name"),
        ),
        migrations.AddIndex(
            model_name="billingaccount",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["sort_name"], name="account_name_parts", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(fields=("biller", "id"), name="account_biller_id"),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(fields=("biller", "number"), name="account_number"),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__in", ["active", "on_hold", "closed"])), name="account_standing"
            ),
        ),
        migrations.AddIndex(
            model_name="payer",
            index=models.Index(fields=["biller", "sort_name", "id"], name="payer_by_name"),
        ),
        migrations.AddIndex(
            model_name="payer",
            index=models.Index(
                condition=models.Q(("email", ""), _negated=True), fields=["email"], name="payer_by_email"
            ),
        ),
        migrations.AddIndex(
            model_name="payer",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["sort_name"], name="payer_name_parts", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="payer",
            constraint=models.UniqueConstraint(fields=("biller", "id"), name="payer_biller_id"),
        ),
        migrations.AddConstraint(
            model_name="payer",
            constraint=models.CheckConstraint(
                condition=models.Q(("invoice_preference__in", ("email", "hand", "mail"))),
                name="payer_invoice_preference",
            ),
        ),
        migrations.AddConstraint(
            model_name="payer",
            constraint=models.CheckConstraint(
                condition=models.Q(("who_pays__in", ("", "self", "autopay", "biller_collects"))),
                name="payer_who_pays",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountpayer",
            constraint=models.UniqueConstraint(fields=("account", "payer"), name="account_payer_once"),
        ),
        migrations.AddConstraint(
            model_name="accountpayer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("account",),
                name="account_payer_one_default",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountpayer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "relation__in",
                        (
                            "resident",
                            "spouse",
                            "child",
                            "power_of_attorney",
                            "guardian",
                            "trustee",
                            "consumer",
                            "other",
                        ),
                    )
                ),
                name="account_payer_relation",
            ),
        ),
        migrations.AddConstraint(
            model_name="userprofile",
            constraint=models.UniqueConstraint(fields=("biller", "id"), name="user_profile_biller_id"),
        ),
        migrations.AddConstraint(
            model_name="userprofile",
            constraint=models.UniqueConstraint(fields=("biller", "key"), name="user_profile_key"),
        ),
        migrations.AddConstraint(
            model_name="portalaccess",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("login", "payer"), name="portal_access_once"
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["biller", "-id"], name="invitation_by_biller"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["email"], name="invitation_by_email"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None), ("used_at", None)),
                fields=("payer", "email"),
                name="invitation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at", None), ("revoked_at", None), _connector="OR"),
                name="invitation_one_end",
            ),
        ),
    ]
