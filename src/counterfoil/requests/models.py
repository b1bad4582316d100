"""What a payer asks staff, and what was written back and forth."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from counterfoil.requests import states, topics


class Request(models.Model):
    """One question about an invoice, or one problem with a payment. `changed_at` is when somebody last wrote."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "payers.BillingAccount", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in topics.KINDS])
    topic = models.CharField(max_length=20)
    subject_ref = models.CharField(max_length=28)
    subject_label = models.CharField(max_length=40)
    status = models.CharField(max_length=8, choices=[(s, s) for s in states.REQUEST.states])
    key = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    opened_by_ref = models.CharField(max_length=64)
    opened_by_name = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="request_biller_id"),
            models.UniqueConstraint(fields=["biller", "opened_by_ref", "key"], name="request_key_once"),
            models.CheckConstraint(condition=Q(status__in=states.REQUEST.states), name="request_status"),
            models.CheckConstraint(condition=Q(kind__in=topics.KINDS), name="request_kind"),
        )
        indexes = (
            models.Index(fields=["payer", "-changed_at", "-id"], name="request_by_payer"),
            models.Index(fields=["biller", "-changed_at", "-id"], name="request_by_biller"),
            models.Index(
                fields=["biller", "-changed_at", "-id"],
                name="request_open_by_biller",
                condition=Q(status=states.OPEN),
            ),
        )


class Message(models.Model):
    """One thing somebody wrote; never changed."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    request = models.ForeignKey(Request, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    is_from_staff = models.BooleanField()
    by_ref = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "request_message"
        constraints = (
            models.UniqueConstraint(fields=["request", "by_ref", "key"], name="request_message_once"),
        )
