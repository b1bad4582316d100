"""Permissions to debit: the exact text a person accepted, kept as bytes, with the evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Authorization(models.Model):
    """One stored permission behind a debit or charge (Nacha 2.3.2; Reg E 1005.10(b))."""

    class Kind(models.TextChoices):
        SINGLE = "single"
        RECURRING = "recurring"
        STANDING = "standing"
        HELPER = "helper"
        STORED_METHOD = "stored_method"

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    method_ref = models.CharField(max_length=28)
    sec_code = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    debit_on = models.DateField(null=True)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    template_version = models.CharField(max_length=32)
    locale = models.CharField(max_length=8)
    accepted_at = models.DateTimeField()
    accepted_by_ref = models.CharField(max_length=64)
    accepted_by_name = models.CharField(max_length=200)
    assent = models.CharField(max_length=64)
    ip = models.CharField(max_length=64, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    session_ref = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="authorization_biller_id"),
            models.UniqueConstraint(
                fields=["method_ref"],
                name="authorization_one_standing",
                condition=Q(kind="standing", revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0), name="authorization_amount"
            ),
        )
