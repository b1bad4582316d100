"""Invoices and their lines."""

from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from counterfoil.invoices import states


class Invoice(models.Model):
    """One demand for payment. `open_minor` and `pending_minor` are caches, proved equal to ledger and payments."""

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
    number = models.CharField(max_length=40)
    status = models.CharField(max_length=8, choices=[(s, s) for s in states.INVOICE.states])
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    pending_minor = models.BigIntegerField(default=0)
    is_disputed = models.BooleanField(default=False)
    # Somebody else than the addressee took part of it, or paid on it once: then it has rows in InvoicePart.
    is_shared = models.BooleanField(default=False, db_default=False)
    memo = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    paid_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="invoice_biller_id"),
            models.UniqueConstraint(fields=["biller", "number"], name="invoice_number"),
            models.CheckConstraint(
                condition=Q(open_minor__gte=0, open_minor__lte=F("total_minor")), name="invoice_open"
            ),
            models.CheckConstraint(
                condition=Q(pending_minor__gte=0, pending_minor__lte=F("open_minor")), name="invoice_pending"
            ),
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="invoice_total"),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(open_minor=0), name="invoice_paid_is_closed"
            ),
            models.CheckConstraint(condition=Q(status__in=states.INVOICE.states), name="invoice_status"),
        )
        indexes = (
            models.Index(fields=["payer", "-due_on", "-id"], name="invoice_by_payer"),
            models.Index(
                fields=["payer", "account", "due_on"],
                name="invoice_open_by_payer",
                condition=Q(status="open"),
            ),
            models.Index(fields=["biller", "-due_on", "-id"], name="invoice_by_biller"),
            models.Index(OpClass(Upper("number"), name="text_pattern_ops"), name="invoice_number_begins"),
            models.Index(
                fields=["biller", "-due_on", "-id"], name="invoice_open_by_biller", condition=Q(status="open")
            ),
        )


class InvoicePart(models.Model):
    """What a payer who is not the addressee took of an invoice, and what came of it. The addressee owes the rest.

    `agreed_minor` is zero once the share has ended, and for a helper, who only pays. `paid_minor` and
    `pending_minor` are caches of that payer's allocations, proved equal to them. Held by the invoice's lock.
    """

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "payers.Payer", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    share_ref = models.CharField(max_length=28, blank=True)
    percent_bp = models.PositiveIntegerField(default=0)
    agreed_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    pending_minor = models.BigIntegerField(default=0)
    is_live = models.BooleanField(default=False)
    sees_lines = models.BooleanField(default=False)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["invoice", "payer"], name="invoice_part_once"),
            models.CheckConstraint(
                condition=Q(agreed_minor__gte=0, paid_minor__gte=0, pending_minor__gte=0),
                name="invoice_part_amounts",
            ),
            models.CheckConstraint(
                condition=Q(is_live=True) | Q(agreed_minor=0), name="invoice_part_ended_owes_nothing"
            ),
        )
        indexes = (models.Index(fields=["share_ref"], name="invoice_part_by_share"),)


class InvoiceLine(models.Model):
    """What one part of the total is for."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position"),)
