"""What gateways told us, raw and once."""

from __future__ import annotations

from django.db import models


class GatewayEvent(models.Model):
    """One message from a gateway; a hint to ask, never an instruction."""

    biller = models.ForeignKey(
        "billers.Biller", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    connection = models.ForeignKey(
        "billers.GatewayConnection", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=60)
    payment_key = models.CharField(max_length=64, blank=True)
    method_token = models.CharField(max_length=100, blank=True)
    raw = models.BinaryField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "event_id"], name="gateway_event_once"),)
        indexes = (
            models.Index(
                fields=["received_at"],
                name="gateway_event_waiting",
                condition=models.Q(applied_at__isnull=True),
            ),
        )
