"""What law and networks may change: dated values."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Rule(models.Model):
    """A value in force from a day on. A change is a new row with a later day, never an edit.

    `valid_to` is the first day on which it no longer holds; empty while no end is known.
    """

    rule_key = models.CharField(max_length=80)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)

    class Meta:
        db_table = "rule"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule_key", "valid_from"], name="rule_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="rule_ends_after_it_begins",
            ),
        ]
