"""Reads of requests: lists, one with what was written, and its row under lock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from counterfoil.core import errors, pages, scope
from counterfoil.core.actor import Actor
from counterfoil.core.pages import Cursor, Page
from counterfoil.requests import states, topics
from counterfoil.requests.models import Message, Request

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request as a list shows it."""

    id: int
    public_id: str
    kind: str
    topic: str
    subject_ref: str
    subject_label: str
    status: str
    opened_at: datetime
    opened_by_name: str
    changed_at: datetime
    biller_id: int
    biller_name: str
    account_id: int
    account_ref: str
    account_number: str
    for_whom: str
    payer_id: int
    payer_ref: str
    payer_name: str

    @property
    def shown_status(self) -> str:
        """The status as pages say it."""
        return states.SHOWN[self.status]

    @property
    def topic_words(self) -> str:
        """The topic in the active language."""
        return topics.label(self.kind, self.topic)

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing more can be written."""
        return self.status == states.CLOSED


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One thing somebody wrote."""

    is_from_staff: bool
    by_name: str
    body: str
    at: datetime


_COLUMNS = (
    "id", "public_id", "kind", "topic", "subject_ref", "subject_label", "status", "opened_at", "opened_by_name",
    "changed_at", "biller_id", "biller__name", "account_id", "account__public_id", "account__number",
    "account__holder_name", "payer_id", "payer__public_id", "payer__name",
)  # fmt: skip


def _visible(actor: Actor) -> QuerySet[Request]:
    return Request.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="ask")
    )


def read_cursor(text: str) -> Cursor | None:
    """Return the cursor a page address names; None for none, or for nonsense."""
    return pages.read_cursor(text, of=datetime)


def list_page(
    *,
    actor: Actor,
    statuses: Collection[str] | None = None,
    payer_ids: Collection[int] | None = None,
    after: Cursor | None = None,
    limit: int = PAGE_SIZE,
) -> Page[RequestRow]:
    """Return one page of the requests the actor may see, those first where somebody wrote last."""
    rows = pages.after(_wanted(actor, statuses, payer_ids), column="changed_at", cursor=after)
    found = [RequestRow(*row) for row in rows.values_list(*_COLUMNS)[: limit + 1]]
    return pages.cut(found, limit=limit, cursor=lambda row: Cursor(row.changed_at, row.id))


def count(
    *,
    actor: Actor,
    at_most: int,
    statuses: Collection[str] | None = None,
    payer_ids: Collection[int] | None = None,
) -> int:
    """Return how many there are; counting stops one past `at_most`."""
    return _wanted(actor, statuses, payer_ids)[: at_most + 1].count()


def count_by_status(*, actor: Actor, payer_ids: Collection[int]) -> dict[str, int]:
    """Return how many requests of these payers have each status; those with none are left out."""
    rows = _wanted(actor, None, payer_ids).values_list("status").annotate(total=Count("id"))
    return dict(rows)


def _wanted(
    actor: Actor, statuses: Collection[str] | None, payer_ids: Collection[int] | None
) -> QuerySet[Request]:
    rows = _visible(actor)
    if statuses is not None:
        rows = rows.filter(status__in=statuses)
    return rows if payer_ids is None else rows.filter(payer_id__in=payer_ids)


def get(*, actor: Actor, public_id: str) -> RequestRow:
    """Return one request the actor may see.

    :raises NotFound: there is none.
    """
    row = _visible(actor).filter(public_id=public_id).values_list(*_COLUMNS).first()
    if row is None:
        raise errors.NotFound("request")
    return RequestRow(*row)


def list_messages(*, actor: Actor, request_id: int) -> list[MessageRow]:
    """Return what was written in a request the actor may see, oldest first."""
    rows = Message.objects.filter(
        scope.visible(
            actor=actor,
            staff_permission="see_accounts",
            payer_permission="ask",
            payer_field="request__payer_id",
        ),
        request_id=request_id,
    )
    return [
        MessageRow(*row) for row in rows.order_by("id").values_list("is_from_staff", "by_name", "body", "at")
    ]


def list_about(*, actor: Actor, subject_ref: str) -> list[RequestRow]:
    """Return what was asked about one invoice or payment, as far as the actor may see it, newest first."""
    rows = _visible(actor).filter(subject_ref=subject_ref).order_by("-changed_at", "-id")
    return [RequestRow(*row) for row in rows.values_list(*_COLUMNS)[:PAGE_SIZE]]


def find_by_key(*, biller_id: int, by_ref: str, key: str) -> str | None:
    """Return the public id of the request that was opened with this one-time token, or None."""
    rows = Request.objects.filter(biller_id=biller_id, opened_by_ref=by_ref, key=key)
    return rows.values_list("public_id", flat=True).first()


def has_message(*, request_id: int, by_ref: str, key: str) -> bool:
    """Tell whether a message was written with this one-time token."""
    return Message.objects.filter(request_id=request_id, by_ref=by_ref, key=key).exists()


def lock(*, request_id: int) -> Request:
    """Lock one request for the length of the transaction. No other row is locked beside it."""
    return Request.objects.select_for_update(no_key=True).get(pk=request_id)
