"""Who is owed: organizations, their billers, what each has set, and where each one's money is moved."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

KEY_PATTERN = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"


class Organization(models.Model):
    """Who runs an installation."""

    public_id = models.CharField(max_length=28, unique=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()


class Biller(models.Model):
    """Who is owed and is named on the bill: the wall between tenants."""

    public_id = models.CharField(max_length=28, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40, unique=True, validators=[RegexValidator(KEY_PATTERN)])
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=160)
    zone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3, default="USD")
    phone = models.CharField(max_length=32)
    email = models.EmailField(blank=True)
    address_lines = ArrayField(models.CharField(max_length=120), default=list)
    hue = models.PositiveSmallIntegerField(default=215)
    collector_mode = models.BooleanField(default=False)
    closed_through = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(hue__lt=360), name="biller_hue"),
            models.CheckConstraint(condition=Q(key__regex=KEY_PATTERN), name="biller_key"),
        )


class BillerSettings(models.Model):
    """One version of one section of a biller's settings; the highest version counts, none is changed."""

    biller = models.ForeignKey(Biller, on_delete=models.CASCADE, db_index=False, related_name="+")
    section = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField()
    created_by_ref = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "section", "version"], name="biller_settings_version"),
        )


class GatewayConnection(models.Model):
    """A biller's contract with a gateway; `config_sealed` is opened by flows alone."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(Biller, on_delete=models.PROTECT, db_index=False, related_name="+")
    gateway_key = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    kinds = ArrayField(models.CharField(max_length=8))
    config_sealed = models.TextField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["biller", "id"], name="connection_biller_id"),)
