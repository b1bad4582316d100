"""Writes to notices and their deliveries: rows of the flow's transaction, so none is lost or sent in vain."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NotRequired, Required, TypedDict, Unpack

from counterfoil.core import db, ids, jobs
from counterfoil.notices import models, queries, registry, secrecy, states

# No vowels and none of 0 O 1 I: nothing to misread, no words by accident.
_CODE_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"
_CODE_TRIES: Final = 5
CHANNEL_EMAIL: Final = "email"


class NewNotice(TypedDict, total=False):
    """One notice to be queued. `data` holds raw values (minor units, ISO dates), worded when rendered."""

    biller_id: Required[int]
    key: Required[str]
    to_email: Required[str]
    payer_id: NotRequired[int | None]
    locale: Required[str]
    zone: Required[str]
    data: Required[Mapping[str, Any]]
    subject_ref: Required[str]
    once: NotRequired[str]


def queue(*, now: datetime, **notice: Unpack[NewNotice]) -> str:
    """Queue one notice and return its public id.

    `once` (preset: key and subject) is the intent: a second notice with the same one is not made, and the id
    of the first is returned.

    :raises registry.UnknownNotice: no such key.
    :raises base.MissingToken: the data lacks something the template must say (TX-01).
    """
    return queue_many([notice], now=now)[0]


def queue_many(notices: Sequence[NewNotice], *, now: datetime) -> list[str]:
    """Queue notices in a handful of statements, however many; return their public ids in the same order.

    :raises registry.UnknownNotice: no such key.
    :raises base.MissingToken: the data of one lacks something its template must say (TX-01).
    """
    db.demand_transaction()
    if not notices:
        return []
    wanted = {_once(notice): notice for notice in notices}
    fresh = _insert(wanted, now=now)
    _deliver(fresh, wanted)
    present = dict(models.Notice.objects.filter(once__in=list(wanted)).values_list("once", "public_id"))
    return [present[_once(notice)] for notice in notices]


def claim(*, delivery_id: int, now: datetime) -> tuple[models.Delivery, models.Notice] | None:
    """Take one delivery that is due, for `states.LEASE`; None when it is sent, failed, not due or taken.

    A delivery whose taker did not come back in time is taken again, until its tries are used up.
    """
    delivery = queries.lock_due(delivery_id=delivery_id, now=now)
    if delivery is None:
        return None
    if delivery.status == states.SENDING and states.wait_after(delivery.attempts) is None:
        record_failure(
            delivery_id=delivery.pk, attempt=delivery.attempts, error="no answer", is_final=True, now=now
        )
        return None
    if delivery.status != states.SENDING:
        _transition(delivery, states.SENDING)
    delivery.attempts += 1
    delivery.next_at = now + states.LEASE
    delivery.save(update_fields=["status", "attempts", "next_at"])
    return delivery, delivery.notice


def record_sent(*, delivery_id: int, attempt: int, body_sha256: str, now: datetime) -> None:
    """Note that the mail server took it; `body_sha256` is the hash of the exact bytes."""
    delivery = queries.lock_claimed(delivery_id=delivery_id, attempt=attempt)
    if delivery is None:
        return
    _transition(delivery, states.SENT)
    delivery.sent_at, delivery.next_at = now, None
    delivery.body_sha256, delivery.last_error = body_sha256, ""
    delivery.save(update_fields=["status", "sent_at", "next_at", "body_sha256", "last_error"])
    notice = delivery.notice
    if registry.get(notice.key).secrets:
        notice.data = secrecy.erased(key=notice.key, data=notice.data)
        notice.save(update_fields=["data"])


def record_failure(*, delivery_id: int, attempt: int, error: str, is_final: bool, now: datetime) -> None:
    """Note that a try failed. `defer_due` brings the next one, unless this was final or the last."""
    delivery = queries.lock_claimed(delivery_id=delivery_id, attempt=attempt)
    if delivery is None:
        return
    wait = None if is_final else states.wait_after(delivery.attempts)
    _transition(delivery, states.FAILED if wait is None else states.RETRYING)
    delivery.next_at = None if wait is None else now + wait
    delivery.last_error = error[:300]
    delivery.save(update_fields=["status", "next_at", "last_error"])


def defer_due(*, now: datetime, limit: int = 500) -> int:
    """Queue the deliveries whose next try is due, and those whose first job was lost; return how many.

    A job can be lost (its worker was killed), and a demo's clock can jump: the row is the truth.
    """
    db.demand_transaction()
    found = queries.list_due_ids(now=now, limit=limit)
    jobs.defer_many("deliver_notice", [{"delivery_id": pk} for pk in found])
    return len(found)


def _once(notice: NewNotice) -> str:
    return notice.get("once") or f"{notice['key']}:{notice['subject_ref']}"


def _insert(wanted: Mapping[str, NewNotice], *, now: datetime) -> list[models.Notice]:
    """Insert those that are not there yet; a code that happened to be taken is drawn again."""
    inserted: list[models.Notice] = []
    left = dict(wanted)
    for _ in range(_CODE_TRIES):
        rows = [_row(once, notice, now=now) for once, notice in left.items()]
        models.Notice.objects.bulk_create(rows, ignore_conflicts=True)
        ours = {row.public_id for row in rows}
        found = list(models.Notice.objects.filter(once__in=list(left)))
        inserted += [row for row in found if row.public_id in ours]
        for row in found:
            left.pop(row.once)
        if not left:
            return inserted
    raise AssertionError("no free notice code in five draws")


def _row(once: str, notice: NewNotice, *, now: datetime) -> models.Notice:
    kind = registry.get(notice["key"])
    kind.check(notice["data"])
    public_id = ids.new("notice")
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
    return models.Notice(
        public_id=public_id,
        biller_id=notice["biller_id"],
        payer_id=notice.get("payer_id"),
        key=notice["key"],
        subject_ref=notice["subject_ref"],
        once=once,
        code=f"{letters[:4]}-{letters[4:]}",
        locale=notice["locale"],
        zone=notice["zone"],
        data=secrecy.seal(key=kind.key, public_id=public_id, data=notice["data"]),
        template_version=kind.version,
        created_at=now,
    )


def _deliver(fresh: Sequence[models.Notice], wanted: Mapping[str, NewNotice]) -> None:
    rows = models.Delivery.objects.bulk_create(
        models.Delivery(
            biller_id=notice.biller_id,
            notice=notice,
            channel=CHANNEL_EMAIL,
            to=wanted[notice.once]["to_email"],
            status=states.QUEUED,
            next_at=notice.created_at,
        )
        for notice in fresh
    )
    jobs.defer_many("deliver_notice", [{"delivery_id": row.pk} for row in rows])


def _transition(delivery: models.Delivery, new: str) -> None:
    states.DELIVERY.event(delivery.status, new)
    delivery.status = new
