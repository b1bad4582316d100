"""What is set for later: payments with a day, and autopay that plans them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from counterfoil.schedules import states


class Enrollment(models.Model):
    """Autopay of one payer: for one billing account, or for all of them at the biller (`account` empty)."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    method = models.ForeignKey(
        "methods.PaymentMethod", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    authorization = models.ForeignKey(
        "agreements.Authorization",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    rule = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    day_rule = models.CharField(max_length=16)
    day = models.PositiveSmallIntegerField(null=True)
    tell_rule = models.CharField(max_length=8)
    tell_above_minor = models.BigIntegerField(null=True)
    tell_change_minor = models.BigIntegerField(null=True)
    status = models.CharField(max_length=8)
    pause_reason = models.CharField(max_length=16, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    skip_next = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    started_by_ref = models.CharField(max_length=64)
    started_by_name = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_number = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="enrollment_biller_id"),
            models.UniqueConstraint(
                fields=["payer", "account"],
                name="enrollment_one_for_account",
                condition=Q(account__isnull=False, status__in=states.LIVING),
            ),
            models.UniqueConstraint(
                fields=["payer"],
                name="enrollment_one_for_all",
                condition=Q(account__isnull=True, status__in=states.LIVING),
            ),
            models.CheckConstraint(
                condition=Q(status__in=states.ENROLLMENT.states), name="enrollment_status"
            ),
            models.CheckConstraint(condition=Q(rule__in=states.RULES), name="enrollment_rule"),
            models.CheckConstraint(
                condition=Q(rule=states.FULL) | Q(amount_minor__gt=0), name="enrollment_amount"
            ),
            models.CheckConstraint(condition=Q(day_rule__in=states.DAY_RULES), name="enrollment_day_rule"),
            models.CheckConstraint(
                condition=Q(day_rule=states.DUE_DATE) | Q(day__gte=1, day__lte=31), name="enrollment_day"
            ),
            models.CheckConstraint(condition=Q(tell_rule__in=states.TELL_RULES), name="enrollment_tell_rule"),
            models.CheckConstraint(
                condition=~Q(status=states.ENDED) | Q(ended_at__isnull=False), name="enrollment_ended"
            ),
        )
        indexes = (
            models.Index(fields=["biller", "id"], name="enrollment_planning", condition=Q(status="active")),
        )


class Scheduled(models.Model):
    """One dated intention to pay. Never takes more than `amount_minor`, nor than is then outstanding.

    `fee_minor` is the fee agreed to with it, taken on top of what is taken, never more of it, and never by autopay.

    `amounts` says which invoices it is for: `[[invoice public id, minor units], ...]`. `notice_on` is the day by
    which its notice must be out, `noticed_on` the day it was queued (its delivery knows whether it was sent),
    `notice_days` how long before the debit it must be sent: not at all where the payer set amount and day by hand.
    `raised` is what was added to its invoices when it could not be withdrawn any more, in the form of `amounts`.
    """

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
        "methods.PaymentMethod", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    authorization = models.ForeignKey(
        "agreements.Authorization",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    payment = models.ForeignKey(
        "payments.Payment",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    retry_of = models.ForeignKey(
        "payments.Payment",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    origin = models.CharField(max_length=8)
    tries = models.PositiveSmallIntegerField(default=0)
    first_on = models.DateField(null=True)
    mode = models.CharField(max_length=12)
    amounts = models.JSONField(default=list)
    raised = models.JSONField(default=list)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=3)
    run_on = models.DateField()
    cutoff_at = models.DateTimeField()
    notice_on = models.DateField(null=True)
    noticed_on = models.DateField(null=True)
    notice_days = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=12)
    claimed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=24, blank=True)
    created_at = models.DateTimeField()
    created_by_ref = models.CharField(max_length=64)
    created_by_name = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "scheduled"
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="scheduled_biller_id"),
            models.UniqueConstraint(fields=["biller", "key"], name="scheduled_key_once"),
            models.UniqueConstraint(fields=["payment"], name="scheduled_payment_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="scheduled_amount"),
            models.CheckConstraint(condition=Q(fee_minor__gte=0), name="scheduled_fee"),
            models.CheckConstraint(
                condition=Q(enrollment__isnull=True) | Q(fee_minor=0), name="scheduled_autopay_has_no_fee"
            ),
            models.CheckConstraint(condition=Q(status__in=states.SCHEDULE.states), name="scheduled_status"),
            models.CheckConstraint(condition=Q(origin__in=states.ORIGINS), name="scheduled_origin"),
            models.CheckConstraint(
                condition=Q(status=states.SUBMITTED, payment__isnull=False)
                | (~Q(status=states.SUBMITTED) & Q(payment__isnull=True)),
                name="scheduled_submitted_is_linked",
            ),
        )
        indexes = (
            models.Index(
                fields=["biller", "run_on"], name="scheduled_due", condition=Q(status__in=states.OPEN)
            ),
            models.Index(fields=["payer", "-run_on", "-id"], name="scheduled_by_payer"),
            models.Index(fields=["enrollment", "-id"], name="scheduled_by_enrollment"),
        )
