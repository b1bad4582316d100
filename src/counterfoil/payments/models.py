"""Payments: one intent to move money, its attempts, what it pays, and what happened to it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from counterfoil.payments import states


class Payment(models.Model):
    """One intent to move money from one payer to one biller for one billing account."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    method = models.ForeignKey(
        "methods.PaymentMethod",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    authorization = models.ForeignKey(
        "agreements.Authorization",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    number = models.CharField(max_length=16)
    scope = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    origin = models.CharField(max_length=12)
    status = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    # What refunds took of both, on their way or gone.
    refunded_minor = models.BigIntegerField(default=0, db_default=0)
    refunded_fee_minor = models.BigIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=3)
    method_kind = models.CharField(max_length=12)
    method_label = models.CharField(max_length=120)
    method_last4 = models.CharField(max_length=4, blank=True)
    submitted_at = models.DateTimeField()
    submitted_on = models.DateField()
    submitted_by_ref = models.CharField(max_length=64)
    submitted_by_name = models.CharField(max_length=200, blank=True)
    effective_on = models.DateField()
    paid_on = models.DateField(null=True)
    returnable_until = models.DateField(null=True)
    funded_on = models.DateField(null=True)
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    gateway_ref = models.CharField(max_length=80, blank=True)
    action_url = models.TextField(blank=True)
    decline_class = models.CharField(max_length=20, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    retry_of = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="payment_biller_id"),
            models.UniqueConstraint(fields=["biller", "scope", "key"], name="payment_key_once"),
            models.UniqueConstraint(fields=["biller", "number"], name="payment_number"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, fee_minor__gte=0), name="payment_amount"),
            models.CheckConstraint(
                condition=Q(
                    refunded_minor__gte=0,
                    refunded_minor__lte=F("amount_minor"),
                    refunded_fee_minor__gte=0,
                    refunded_fee_minor__lte=F("fee_minor"),
                ),
                name="payment_refunded",
            ),
            models.CheckConstraint(condition=Q(status__in=states.PAYMENT.states), name="payment_status"),
            models.CheckConstraint(
                condition=Q(authorization__isnull=False) | Q(origin__in=["import", "hand"]),
                name="payment_authorized",
            ),
        )
        indexes = (
            models.Index(fields=["payer", "-submitted_at", "-id"], name="payment_by_payer"),
            models.Index(fields=["biller", "-submitted_at", "-id"], name="payment_by_biller"),
            models.Index(OpClass(Upper("number"), name="text_pattern_ops"), name="payment_number_begins"),
            models.Index(
                fields=["payer", "account"],
                name="payment_in_flight",
                condition=Q(status__in=states.IN_FLIGHT),
            ),
            models.Index(fields=["paid_on"], name="payment_maturing", condition=Q(status=states.PENDING)),
            models.Index(
                fields=["biller", "submitted_at"],
                name="payment_declined_card",
                condition=Q(status=states.DECLINED, method_kind="card"),
            ),
            models.Index(
                fields=["method"],
                name="payment_awaiting",
                condition=Q(status=states.AWAITING_VALIDATION),
            ),
        )


class Attempt(models.Model):
    """One sending of a payment to its gateway, under a lease."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.PositiveSmallIntegerField(default=1)
    gateway_key = models.CharField(max_length=64, unique=True)
    call_started_at = models.DateTimeField(null=True)
    call_deadline = models.DateTimeField()
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["payment", "number"], name="attempt_number"),
            models.UniqueConstraint(
                fields=["payment"], name="attempt_one_open", condition=Q(ended_at__isnull=True)
            ),
        )
        indexes = (
            models.Index(
                fields=["next_check_at"], name="attempt_to_check", condition=Q(ended_at__isnull=True)
            ),
        )


class Allocation(models.Model):
    """What part of a payment pays which invoice: planned at birth, applied at Paid, reversed by a return."""

    class Kind(models.TextChoices):
        DIRECT = "direct"
        CREDIT = "credit"

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payment = models.ForeignKey(Payment, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    invoice = models.ForeignKey(
        "invoices.Invoice", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount_minor = models.BigIntegerField()
    applied_on = models.DateField(null=True)
    released_on = models.DateField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount_minor__gt=0), name="allocation_amount"),)


class PaymentEvent(models.Model):
    """One line of a payment's timeline; never changed."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payment = models.ForeignKey(Payment, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    event = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor_ref = models.CharField(max_length=64)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "payment_event"


class PayClaim(models.Model):
    """Someone stands before Submit for these invoices. It warns; it never stops anybody."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    login_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    invoice_ids = ArrayField(models.BigIntegerField())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "login_id"], name="pay_claim_one_each"),)
