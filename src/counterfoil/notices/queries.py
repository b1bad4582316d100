"""Reads of notices and deliveries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from counterfoil.core import db, errors, scope
from counterfoil.core.actor import Actor
from counterfoil.notices import choices, models, registry, states

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


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message as its reader sees it again."""

    id: int
    public_id: str
    key: str
    code: str
    biller_id: int
    to: str
    sent_at: datetime
    locale: str
    zone: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SentRow:
    """What a message's code confirms: whose it is, what kind, when it went, and how its address begins."""

    biller_id: int
    key: str
    sent_at: datetime
    zone: str
    first_letter: str


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


def list_mine(
    actor: Actor, *, payer_ids: Collection[int], before_id: int | None = None, limit: int = 25
) -> list[MessageRow]:
    """Return the newest messages that were sent to payers the actor acts for and whose bills they see.

    How somebody logs in is left out: several people may read one payer's messages.
    """
    rows = _mine(actor).filter(notice__payer_id__in=list(payer_ids))
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return [_message(row) for row in rows.order_by("-id")[:limit]]


def get_mine(actor: Actor, *, public_id: str) -> MessageRow:
    """Return one message that was sent to a payer the actor acts for.

    :raises errors.NotFound: there is none.
    """
    found = _mine(actor).filter(notice__public_id=public_id).first()
    if found is None:
        raise errors.NotFound(public_id)
    return _message(found)


def find_by_code(*, code: str) -> SentRow | None:
    """Return what anybody who holds a message's code may know of it; None where we sent no such message."""
    found = models.Delivery.objects.filter(notice__code=code, status=states.SENT, sent_at__isnull=False)
    row = found.values_list("notice__biller_id", "notice__key", "sent_at", "notice__zone", "to").first()
    if row is None or row[2] is None:
        return None
    return SentRow(row[0], row[1], row[2], row[3], row[4][:1])


def find_stoppable(*, public_id: str) -> tuple[int, int, str] | None:
    """Return `(biller, payer, key)` of a notice, for who holds its signed link; None where it has no payer."""
    row = (
        models.Notice.objects.filter(public_id=public_id).values_list("biller_id", "payer_id", "key").first()
    )
    return None if row is None or row[1] is None else row


def chosen(*, payer_ids: Collection[int]) -> dict[int, dict[str, bool]]:
    """Return what each of these payers chose; what they did not choose is left out. One query."""
    rows = models.Preference.objects.filter(payer_id__in=list(payer_ids))
    found: dict[int, dict[str, bool]] = {}
    for payer_id, switch, is_on in rows.values_list("payer_id", "switch", "is_on"):
        found.setdefault(payer_id, {})[switch] = is_on
    return found


def wanting(*, payer_ids: Collection[int], switch: str) -> set[int]:
    """Return those of these payers who want messages of this switch, by their choice or its preset."""
    said = chosen(payer_ids=payer_ids)
    return {payer_id for payer_id in payer_ids if choices.is_on(switch, said.get(payer_id, {}))}


def list_reminded(*, subject_refs: Collection[str]) -> set[tuple[str, str]]:
    """Return `(subject, step)` of the reminders that went out about these subjects. One query."""
    rows = models.Reminder.objects.filter(subject_ref__in=list(subject_refs))
    return set(rows.values_list("subject_ref", "step"))


def _mine(actor: Actor) -> QuerySet[models.Delivery]:
    wall = scope.visible(
        actor=actor,
        staff_permission="see_accounts",
        payer_permission="see_invoices",
        payer_field="notice__payer_id",
    )
    found = models.Delivery.objects.filter(wall, status=states.SENT).exclude(notice__key__in=registry.PRIVATE)
    return found.select_related("notice")


def _message(delivery: models.Delivery) -> MessageRow:
    notice = delivery.notice
    return MessageRow(
        id=delivery.pk,
        public_id=notice.public_id,
        key=notice.key,
        code=notice.code,
        biller_id=notice.biller_id,
        to=delivery.to,
        sent_at=delivery.sent_at or notice.created_at,
        locale=notice.locale,
        zone=notice.zone,
        data=notice.data,
    )


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
