"""An uploaded file, its rows, and what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from counterfoil.imports import states


class Import(models.Model):
    """One reading of one file for one biller: staged, checked, and perhaps committed."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, db_index=False, related_name="+")
    file_name = models.CharField(max_length=200)
    mapping = models.JSONField()
    as_of = models.DateField(null=True)
    status = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    started_by_ref = models.CharField(max_length=64)
    read_to_line = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "imports_import"
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="import_biller_id"),
            models.CheckConstraint(condition=Q(status__in=states.IMPORT.states), name="import_status"),
        )
        indexes = (models.Index(fields=["biller", "-id"], name="import_by_biller"),)


class Row(models.Model):
    """One invoice of the file. `line` is where it begins; the fingerprint is the hash of what it says."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    imported = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        db_column="import_id",
        related_name="+",
    )
    line = models.PositiveIntegerField()
    number = models.CharField(max_length=40)
    account_number = models.CharField(max_length=40)
    holder_name = models.CharField(max_length=120)
    payer_name = models.CharField(max_length=120)
    payer_email = models.CharField(max_length=254)
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    total_minor = models.BigIntegerField(null=True)
    lines = models.JSONField()
    is_disputed = models.BooleanField()
    settled_on = models.DateField(null=True)
    memo = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=32)
    verdict = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)

    class Meta:
        db_table = "imports_row"
        constraints = (
            models.UniqueConstraint(fields=["imported", "line"], name="import_row_line"),
            models.CheckConstraint(condition=Q(verdict__in=states.VERDICTS), name="import_row_verdict"),
            models.CheckConstraint(
                condition=~Q(verdict="accepted")
                | Q(total_minor__gt=0, issued_on__isnull=False, due_on__isnull=False),
                name="import_row_complete",
            ),
        )
        indexes = (models.Index(fields=["biller", "number"], name="import_row_by_number"),)
