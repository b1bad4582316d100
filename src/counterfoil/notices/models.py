"""What we tell people: frozen data in the flow's transaction, delivered by the worker."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """One message, with everything needed to render it the same way at any later time."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    key = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=40)
    once = models.CharField(max_length=120, unique=True)
    code = models.CharField(max_length=12, unique=True)
    locale = models.CharField(max_length=8)
    zone = models.CharField(max_length=64)
    data = models.JSONField()
    template_version = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["biller", "id"], name="notice_biller_id"),)
        indexes = (
            models.Index(fields=["biller", "-id"], name="notice_by_biller"),
            models.Index(fields=["payer", "-id"], name="notice_by_payer"),
        )


class Delivery(models.Model):
    """One sending of a notice over one channel; the outbox row the worker reads."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    channel = models.CharField(max_length=8)
    to = models.CharField(max_length=254)
    status = models.CharField(max_length=12)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    body_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                fields=["next_at"],
                name="delivery_due",
                condition=models.Q(status__in=["queued", "retrying", "sending"]),
            ),
        )


class Preference(models.Model):
    """What a payer chose about messages that can be turned off. No row: the preset of `choices` holds."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    switch = models.CharField(max_length=16)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField()
    by_ref = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["payer", "switch"], name="preference_one_each"),)


class Reminder(models.Model):
    """Marks that a payer was reminded of one thing at one step: what makes a reminder go out once."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    subject_ref = models.CharField(max_length=40)
    step = models.CharField(max_length=32)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["subject_ref", "step"], name="reminder_once"),)
