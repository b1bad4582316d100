"""Refunds: money of a payment that goes back to the method it came from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from counterfoil.refunds import states


class Refund(models.Model):
    """One intent to give money of one payment back, and its one sending to the gateway.

    The amount leaves what the payment pays or has left over when the refund is born, so that nothing else can spend it;
    a refund that fails gives it back as the payer's credit.
    """

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=12)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    # Of the amount: what no bill had. The rest came out of bills, which are owed again, or were lowered by it.
    credit_minor = models.BigIntegerField(default=0)
    lowers_bills = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField()
    requested_on = models.DateField()
    requested_by_ref = models.CharField(max_length=64)
    requested_by_name = models.CharField(max_length=200, blank=True)
    gateway_key = models.CharField(max_length=64, unique=True)
    gateway_ref = models.CharField(max_length=80, blank=True)
    call_started_at = models.DateTimeField(null=True)
    call_deadline = models.DateTimeField()
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveSmallIntegerField(default=0)
    expected_on = models.DateField(null=True)
    refunded_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="refund_biller_id"),
            models.UniqueConstraint(fields=["payment", "key"], name="refund_key_once"),
            models.CheckConstraint(condition=Q(status__in=states.REFUND.states), name="refund_status"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, fee_minor__gte=0, credit_minor__gte=0)
                & Q(credit_minor__lte=F("amount_minor")),
                name="refund_amount",
            ),
        )
        indexes = (
            models.Index(fields=["biller", "-requested_at", "-id"], name="refund_by_biller"),
            models.Index(
                fields=["next_check_at"], name="refund_to_check", condition=Q(next_check_at__isnull=False)
            ),
        )
