"""Double-entry, append-only. The database refuses what does not balance (migrations, `sql/`)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from counterfoil.core import fields
from counterfoil.ledger import chart


class Entry(models.Model):
    """One event in the books; its lines sum to zero for each currency."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=64)
    posted_at = models.DateTimeField()
    posted_on = models.DateField()
    effective_on = models.DateField()
    xact = fields.Xid8Field(db_default=fields.CurrentXact(), editable=False)

    class Meta:
        verbose_name_plural = "entries"
        constraints = (models.UniqueConstraint(fields=["source_ref", "kind"], name="ledger_entry_once"),)
        indexes = (models.Index(fields=["biller", "posted_on"], name="ledger_entry_by_day"),)


class Line(models.Model):
    """One leg: a debit is positive, a credit negative. Ids of upper floors are dimensions, not keys."""

    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.CharField(max_length=24, choices=chart.CHOICES)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    billing_account_id = models.BigIntegerField(null=True)
    payer_id = models.BigIntegerField(null=True)
    invoice_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_line_amount"),
            models.CheckConstraint(condition=Q(account__in=chart.CODES), name="ledger_line_account"),
        )
        indexes = (
            models.Index(fields=["biller", "account"], name="ledger_line_by_account"),
            models.Index(
                fields=["invoice_id"], name="ledger_line_by_invoice", condition=Q(invoice_id__isnull=False)
            ),
            models.Index(
                fields=["billing_account_id", "payer_id"],
                name="ledger_line_credit",
                condition=Q(account=chart.UNAPPLIED_CREDIT),
            ),
            models.Index(
                fields=["billing_account_id", "payer_id"],
                name="ledger_line_owed",
                condition=Q(account=chart.RECEIVABLE),
            ),
        )
