"""Rows of the audit log.

Inserted with the act they tell of, sealed into one chain per biller a moment later.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from counterfoil.core import fields


class AuditEvent(models.Model):
    """Who did what, when, to what.

    Never changed: the app's role may only read and insert, a trigger refuses the rest.

    `biller_id` is 0 for the installation itself and has no foreign key, so that no row is shared by every
    insert.
    `details` carries ids and amounts, never names or numbers of people: deleting a person must not break the
    chain.
    """

    biller_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    action = models.CharField(max_length=80)
    object_ref = models.CharField(max_length=100)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)
    xact = fields.Xid8Field(db_default=fields.CurrentXact())

    class Meta:
        db_table = "audit_event"
        indexes: ClassVar = [
            models.Index(fields=["biller_id", "id"], name="audit_event_biller"),
            models.Index(fields=["biller_id", "object_ref", "id"], name="audit_event_object"),
        ]


class AuditPending(models.Model):
    """An event that is not sealed yet.

    Put there by a trigger in the event's own transaction, so none is missed.
    """

    event_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "audit_pending"


class AuditSeal(models.Model):
    """An event's place in its biller's chain. Numbers have no gaps; the order is that of sealing."""

    pk = models.CompositePrimaryKey("biller_id", "seal_no")
    biller_id = models.BigIntegerField()
    seal_no = models.BigIntegerField()
    event_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_seal"
