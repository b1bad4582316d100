"""Shared bills and helpers: who was asked to pay what part, and who may see or pay for somebody."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from counterfoil.sharing import states


class Share(models.Model):
    """A payer asked another person to pay part of an invoice, or of every bill of an account (`invoice` empty).

    The part is a percentage of each bill (`percent_bp`, hundredths of a percent) or an amount. What it comes to on
    each invoice stands with the invoice, once it was accepted.
    """

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    invoice = models.ForeignKey(
        "invoices.Invoice", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    sharer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    name = models.CharField(max_length=120)
    email = models.EmailField()
    percent_bp = models.PositiveIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    sees_lines = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8)
    offered_at = models.DateTimeField()
    offered_by_ref = models.CharField(max_length=64)
    offered_by_name = models.CharField(max_length=200)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_ref = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="share_biller_id"),
            models.UniqueConstraint(
                fields=["invoice", "sharer"],
                name="share_one_of_invoice",
                condition=Q(invoice__isnull=False, status__in=states.STANDING),
            ),
            models.UniqueConstraint(
                fields=["account", "payer", "sharer"],
                name="share_one_of_account",
                condition=Q(invoice__isnull=True, status__in=states.STANDING),
            ),
            models.CheckConstraint(condition=Q(status__in=states.SHARE.states), name="share_status"),
            models.CheckConstraint(condition=~Q(payer=F("sharer")), name="share_two_payers"),
            models.CheckConstraint(
                condition=Q(percent_bp=0, amount_minor__gt=0)
                | Q(percent_bp__gt=0, percent_bp__lte=10_000, amount_minor=0),
                name="share_percent_or_amount",
            ),
        )


class Helper(models.Model):
    """A person may see, or see and pay, what a payer owes on one account: until a day, up to an amount.

    `helper` is that person's own payer at the biller. With `method` the payer named one of the payer's own methods
    for it, under the `authorization` accepted by giving the access; without, the helper pays with the helper's own.
    """

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    helper = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    method = models.ForeignKey(
        "methods.PaymentMethod", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    authorization = models.ForeignKey(
        "agreements.Authorization",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    name = models.CharField(max_length=120)
    email = models.EmailField()
    may_pay = models.BooleanField(default=False)
    limit_minor = models.BigIntegerField(null=True)
    total_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    sees_lines = models.BooleanField(default=False)
    until_on = models.DateField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=8)
    given_at = models.DateTimeField()
    given_by_ref = models.CharField(max_length=64)
    given_by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by_ref = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="helper_biller_id"),
            models.UniqueConstraint(
                fields=["account", "payer", "helper"],
                name="helper_one_of_account",
                condition=Q(status=states.ACTIVE),
            ),
            models.CheckConstraint(condition=Q(status__in=states.HELPER.states), name="helper_status"),
            models.CheckConstraint(condition=~Q(payer=F("helper")), name="helper_two_payers"),
            # Who may pay has both limits; who may only see has none, and no method.
            models.CheckConstraint(
                condition=Q(may_pay=True, limit_minor__gt=0, total_minor__gte=F("limit_minor"))
                | Q(may_pay=False, limit_minor=None, total_minor=None, method=None),
                name="helper_limits",
            ),
        )
