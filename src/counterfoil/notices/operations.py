"""Writes to notices and their deliveries: rows of the flow's transaction, so none is lost or sent in vain."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NotRequired, Required, TypedDict, Unpack

from counterfoil.core import db, ids, jobs
from counterfoil.notices import choices, models, queries, registry, secrecy, states

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
    public_ids = _insert(wanted, now=now)
    return [public_ids[_once(notice)] for notice in notices]


def claim(*, delivery_id: int, now: datetime) -> tuple[models.Delivery, models.Notice] | None:
    """Take one delivery that is due, for `states.LEASE`; None when it is sent, failed, not due or taken.

    A delivery whose taker did not come back in time is taken again, until its tries are used up. What is of no
    use any more (the code of an hour ago) is given up.
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
    if registry.get(delivery.notice.key).is_over(delivery.notice.data, at=now):
        record_failure(
            delivery_id=delivery.pk, attempt=delivery.attempts, error="too late", is_final=True, now=now
        )
        return None
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
    _forget_secrets(delivery.notice)


def record_failure(*, delivery_id: int, attempt: int, error: str, is_final: bool, now: datetime) -> None:
    """Note that a try failed. `defer_due` brings the next one, unless this was final or the last in time.

    What is given up keeps no secrets.
    """
    delivery = queries.lock_claimed(delivery_id=delivery_id, attempt=attempt)
    if delivery is None:
        return
    wait = None if is_final else states.wait_after(delivery.attempts)
    notice = delivery.notice
    if wait is not None and registry.get(notice.key).is_over(notice.data, at=now + wait):
        wait = None
    if wait is None:
        _forget_secrets(notice)
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


def choose(
    *, biller_id: int, payer_id: int, switches: Mapping[str, bool], by_ref: str, now: datetime
) -> list[str]:
    """Write down which messages a payer wants; return the switches that changed."""
    db.demand_transaction()
    before = queries.chosen(payer_ids=[payer_id]).get(payer_id, {})
    changed = [key for key, is_on in switches.items() if choices.is_on(key, before) != is_on]
    for key in changed:
        models.Preference.objects.update_or_create(
            payer_id=payer_id,
            switch=key,
            defaults={
                "biller_id": biller_id,
                "is_on": switches[key],
                "changed_at": now,
                "by_ref": by_ref,
            },
        )
    return changed


def mark_reminded(
    *, biller_id: int, marks: Sequence[tuple[int, str, str]], now: datetime
) -> set[tuple[str, str]]:
    """Mark `(payer, subject, step)` as reminded; return `(subject, step)` of those that were not yet.

    Whoever marks first reminds: a second worker waits for the first one's commit and is then told of nothing.
    """
    born = db.insert_many(
        "notices_reminder",
        {
            "biller_id": ("bigint", [biller_id] * len(marks)),
            "payer_id": ("bigint", [payer_id for payer_id, _, _ in marks]),
            "subject_ref": ("text", [ref for _, ref, _ in marks]),
            "step": ("text", [step for _, _, step in marks]),
            "created_at": ("timestamptz", [now] * len(marks)),
        },
        returning="subject_ref, step",
        skips_known=True,
    )
    return {(str(ref), str(step)) for ref, step in born}


def _once(notice: NewNotice) -> str:
    return notice.get("once") or f"{notice['key']}:{notice['subject_ref']}"


def _insert(wanted: Mapping[str, NewNotice], *, now: datetime) -> dict[str, str]:
    """Insert those that are not there yet, with their deliveries; return the public id of each, by its intent.

    A code that happened to be taken is drawn again.
    """
    public_ids: dict[str, str] = {}
    for _ in range(_CODE_TRIES):
        left = {once: notice for once, notice in wanted.items() if once not in public_ids}
        born = _insert_rows(left, now=now)
        _deliver([(notice_id, left[once]) for once, _, notice_id in born], now=now)
        public_ids |= {once: public_id for once, public_id, _ in born}
        if len(public_ids) < len(wanted):
            known = models.Notice.objects.filter(once__in=[once for once in left if once not in public_ids])
            public_ids |= dict(known.values_list("once", "public_id"))
        if len(public_ids) == len(wanted):
            return public_ids
    raise AssertionError("no free notice code in five draws")


def _insert_rows(notices: Mapping[str, NewNotice], *, now: datetime) -> list[tuple[str, str, int]]:
    """Insert what no notice is there for; return intent, public id and row id of what was."""
    new = list(notices.values())
    kinds = [registry.get(notice["key"]) for notice in new]
    for kind, notice in zip(kinds, new, strict=True):
        kind.check(notice["data"])
    public_ids = ids.new_many("notice", len(new))
    frozen = [
        secrecy.seal(key=notice["key"], public_id=public_id, data=notice["data"])
        for public_id, notice in zip(public_ids, new, strict=True)
    ]
    born = db.insert_many(
        "notices_notice",
        {
            "public_id": ("text", public_ids),
            "biller_id": ("bigint", [notice["biller_id"] for notice in new]),
            "payer_id": ("bigint", [notice.get("payer_id") for notice in new]),
            "key": ("text", [notice["key"] for notice in new]),
            "subject_ref": ("text", [notice["subject_ref"] for notice in new]),
            "once": ("text", list(notices)),
            "code": ("text", [_code() for _ in new]),
            "locale": ("text", [notice["locale"] for notice in new]),
            "zone": ("text", [notice["zone"] for notice in new]),
            "data": ("jsonb", [json.dumps(data) for data in frozen]),
            "template_version": ("text", [kind.version for kind in kinds]),
            "created_at": ("timestamptz", [now] * len(new)),
        },
        returning="once, public_id, id",
        skips_known=True,
    )
    return [(str(once), str(public_id), int(notice_id)) for once, public_id, notice_id in born]


def _code() -> str:
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _deliver(born: Sequence[tuple[int, NewNotice]], *, now: datetime) -> None:
    """Put a delivery of each in the outbox, and a job for it."""
    count = len(born)
    rows = db.insert_many(
        "notices_delivery",
        {
            "biller_id": ("bigint", [notice["biller_id"] for _, notice in born]),
            "notice_id": ("bigint", [notice_id for notice_id, _ in born]),
            "channel": ("text", [CHANNEL_EMAIL] * count),
            '"to"': ("text", [notice["to_email"] for _, notice in born]),
            "status": ("text", [states.QUEUED] * count),
            "attempts": ("smallint", [0] * count),
            "next_at": ("timestamptz", [now] * count),
            "last_error": ("text", [""] * count),
            "body_sha256": ("text", [""] * count),
        },
        returning="id",
    )
    # Who waits at a screen for a code does not wait for ten thousand invoices.
    urgent = [registry.get(notice["key"]).is_urgent for _, notice in born]
    for is_urgent in (True, False):
        batch = [
            {"delivery_id": int(pk)} for (pk,), is_so in zip(rows, urgent, strict=True) if is_so is is_urgent
        ]
        jobs.defer_many("deliver_notice", batch, is_urgent=is_urgent)


def _forget_secrets(notice: models.Notice) -> None:
    if registry.get(notice.key).secrets:
        notice.data = secrecy.erased(key=notice.key, data=notice.data)
        notice.save(update_fields=["data"])


def _transition(delivery: models.Delivery, new: str) -> None:
    states.DELIVERY.event(delivery.status, new)
    delivery.status = new
