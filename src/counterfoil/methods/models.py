"""Saved payment methods: a token at the biller's gateway, never a number."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from counterfoil.methods import states


class BillingAddress(models.Model):
    """An address that statements of a method go to; saved once, used by several methods."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=40)
    postal_code = models.CharField(max_length=12)
    country = models.CharField(max_length=2, default="US")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "billing addresses"
        constraints = (models.UniqueConstraint(fields=["biller", "id"], name="billing_address_biller_id"),)


class PaymentMethod(models.Model):
    """A bank account, card or wallet agreement of one payer, held by one gateway connection."""

    class Kind(models.TextChoices):
        BANK = "bank"
        CARD = "card"
        WALLET = "wallet"

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    connection = models.ForeignKey(
        "billers.GatewayConnection", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    status = models.CharField(max_length=8)
    validation = models.CharField(max_length=12)
    validated_at = models.DateTimeField(null=True)
    validated_by = models.CharField(max_length=24, blank=True)
    token = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64, blank=True)
    brand = models.CharField(max_length=40, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField(null=True)
    exp_year = models.PositiveSmallIntegerField(null=True)
    funding = models.CharField(max_length=8, blank=True)
    bank_account_kind = models.CharField(max_length=8, blank=True)
    holder_kind = models.CharField(max_length=8, blank=True)
    holder_name = models.CharField(max_length=120, blank=True)
    nickname = models.CharField(max_length=60)
    is_default = models.BooleanField(default=False)
    is_saved = models.BooleanField(default=True)
    address = models.ForeignKey(
        BillingAddress, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    added_at = models.DateTimeField()
    added_by_ref = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="method_biller_id"),
            models.UniqueConstraint(fields=["connection", "token"], name="method_token_once"),
            models.UniqueConstraint(
                fields=["payer"], name="method_one_default", condition=Q(is_default=True, status="active")
            ),
            models.CheckConstraint(condition=Q(status__in=states.METHOD.states), name="method_status"),
            models.CheckConstraint(condition=Q(validation__in=states.VALIDATIONS), name="method_validation"),
        )
        indexes = (
            models.Index(fields=["payer", "-id"], name="method_by_payer"),
            models.Index(
                fields=["exp_year", "exp_month"],
                name="method_expiring",
                condition=Q(kind="card", status="active", is_saved=True),
            ),
            models.Index(
                fields=["id"], name="method_once", condition=Q(is_saved=False) & ~Q(status="deleted")
            ),
        )


class MethodAccount(models.Model):
    """One billing account that a method is for. A method without any such row is for all of its payer's accounts."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    method = models.ForeignKey(
        PaymentMethod, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["method", "account"], name="method_account_once"),)


class PastDetails(models.Model):
    """What a method was until it was replaced, corrected or deleted; a token that is done with is to be forgotten."""

    class Cause(models.TextChoices):
        REPLACED = "replaced"
        CORRECTED = "corrected"
        DELETED = "deleted"

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    method = models.ForeignKey(
        PaymentMethod, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    connection = models.ForeignKey(
        "billers.GatewayConnection", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    cause = models.CharField(max_length=12, choices=Cause.choices)
    token = models.CharField(max_length=100)
    brand = models.CharField(max_length=40, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField(null=True)
    exp_year = models.PositiveSmallIntegerField(null=True)
    ended_at = models.DateTimeField()
    ended_by_ref = models.CharField(max_length=64)
    is_to_forget = models.BooleanField(default=False)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "past details"
        indexes = (
            models.Index(
                fields=["ended_at"],
                name="past_details_to_forget",
                condition=Q(is_to_forget=True, forgotten_at__isnull=True),
            ),
        )
