"""Reads of notices and deliveries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from counterfoil.core import db, scope
from counterfoil.core.actor import Actor
from counterfoil.notices import models, states

# A first job starts within seconds; one that has not after this long was lost.
PATIENCE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One delivery of a notice, for staff's lists."""

    public_id: str
    key: str
    code: str
    payer_id: int | None
    to: str
    status: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str
    data: dict[str, Any]


def list_for_biller(
    actor: Actor, *, biller_id: int, before_id: int | None = None, limit: int = 50
) -> list[NoticeRow]:
    """Return a biller's newest notices, for its staff; empty for anybody else."""
    rows = _visible(actor).filter(biller_id=biller_id)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return [_row(row) for row in rows[:limit]]


def list_for_payer(actor: Actor, *, payer_id: int, limit: int = 50) -> list[NoticeRow]:
    """Return a payer's newest notices, for the staff of that payer's biller; empty for anybody else."""
    return [_row(row) for row in _visible(actor).filter(notice__payer_id=payer_id)[:limit]]


def list_for_payers(actor: Actor, *, payer_ids: Collection[int], limit: int = 50) -> list[NoticeRow]:
    """Return the newest notices to any of these payers, for the staff of their biller; empty for anybody else."""
    return [_row(row) for row in _visible(actor).filter(notice__payer_id__in=list(payer_ids))[:limit]]


def _visible(actor: Actor) -> QuerySet[models.Delivery]:
    wall = scope.visible(actor=actor, staff_permission="see_accounts")
    return models.Delivery.objects.filter(wall).select_related("notice").order_by("-id")


def list_due_ids(*, now: datetime, limit: int) -> list[int]:
    """Return the deliveries whose next try is due, or whose first job seems lost; the worker's own list."""
    due = Q(status__in=(states.RETRYING, states.SENDING), next_at__lte=now) | Q(
        status=states.QUEUED, next_at__lte=now - PATIENCE
    )
    rows = models.Delivery.objects.filter(due).order_by("next_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def lock_due(*, delivery_id: int, now: datetime) -> models.Delivery | None:
    """Lock one delivery with its notice if its time has come and nobody else holds it."""
    db.demand_transaction()
    return (
        models.Delivery.objects.select_related("notice")
        .filter(pk=delivery_id, status__in=states.UNDELIVERED, next_at__lte=now)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .first()
    )


def lock_claimed(*, delivery_id: int, attempt: int) -> models.Delivery | None:
    """Lock one delivery if this try is still the one that counts."""
    db.demand_transaction()
    return (
        models.Delivery.objects.filter(pk=delivery_id, status=states.SENDING, attempts=attempt)
        .select_for_update(no_key=True, of=("self",))
        .first()
    )


def _row(delivery: models.Delivery) -> NoticeRow:
    notice = delivery.notice
    return NoticeRow(
        public_id=notice.public_id,
        key=notice.key,
        code=notice.code,
        payer_id=notice.payer_id,
        to=delivery.to,
        status=delivery.status,
        created_at=notice.created_at,
        sent_at=delivery.sent_at,
        attempts=delivery.attempts,
        last_error=delivery.last_error,
        data=notice.data,
    )
