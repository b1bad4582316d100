"""Writes to scheduled payments and autopay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from counterfoil.core import db, ids
from counterfoil.core.actor import Actor
from counterfoil.schedules import states
from counterfoil.schedules.drafts import EnrollmentTerms
from counterfoil.schedules.models import Enrollment, Scheduled


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScheduled:
    """A scheduled payment before it is stored. `amounts`: invoice public id and minor units."""

    biller_id: int
    account_id: int
    payer_id: int
    method_id: int
    authorization_id: int
    key: str
    request_hash: str
    origin: str
    mode: str
    amounts: tuple[tuple[str, int], ...]
    currency: str
    run_on: date
    cutoff_at: datetime
    enrollment_id: int | None = None
    retry_of_id: int | None = None
    tries: int = 0
    first_on: date | None = None
    notice_on: date | None = None
    noticed_on: date | None = None
    notice_days: int = 0
    status: str = states.SCHEDULED
    reason: str = ""
    fee_minor: int = 0

    @property
    def amount_minor(self) -> int:
        """What is promised, and the most that is taken."""
        return sum(minor for _, minor in self.amounts)


def create_scheduled(*, actor: Actor, drafts: Sequence[NewScheduled], now: datetime) -> list[tuple[int, str]]:
    """Insert scheduled payments in one statement; return row id and public id of each, in order.

    :raises django.db.IntegrityError: a key is known already at its biller.
    """
    count = len(drafts)
    public_ids = ids.new_many("scheduled", count) if count else []
    columns: dict[str, tuple[str, list[Any]]] = {
        "public_id": ("text", public_ids),
        "biller_id": ("bigint", [d.biller_id for d in drafts]),
        "account_id": ("bigint", [d.account_id for d in drafts]),
        "payer_id": ("bigint", [d.payer_id for d in drafts]),
        "method_id": ("bigint", [d.method_id for d in drafts]),
        "authorization_id": ("bigint", [d.authorization_id for d in drafts]),
        "enrollment_id": ("bigint", [d.enrollment_id for d in drafts]),
        "retry_of_id": ("bigint", [d.retry_of_id for d in drafts]),
        "key": ("text", [d.key for d in drafts]),
        "request_hash": ("text", [d.request_hash for d in drafts]),
        "origin": ("text", [d.origin for d in drafts]),
        "tries": ("smallint", [d.tries for d in drafts]),
        "first_on": ("date", [d.first_on for d in drafts]),
        "mode": ("text", [d.mode for d in drafts]),
        "amounts": ("jsonb", [json.dumps(d.amounts) for d in drafts]),
        "raised": ("jsonb", ["[]"] * count),
        "amount_minor": ("bigint", [d.amount_minor for d in drafts]),
        "fee_minor": ("bigint", [d.fee_minor for d in drafts]),
        "currency": ("text", [d.currency for d in drafts]),
        "run_on": ("date", [d.run_on for d in drafts]),
        "cutoff_at": ("timestamptz", [d.cutoff_at for d in drafts]),
        "notice_on": ("date", [d.notice_on for d in drafts]),
        "noticed_on": ("date", [d.noticed_on for d in drafts]),
        "notice_days": ("smallint", [d.notice_days for d in drafts]),
        "status": ("text", [d.status for d in drafts]),
        "reason": ("text", [d.reason for d in drafts]),
        "created_at": ("timestamptz", [now] * count),
        "created_by_ref": ("text", [actor.ref] * count),
        "created_by_name": ("text", [actor.name] * count),
    }
    born = {
        str(public_id): int(row_id)
        for public_id, row_id in db.insert_many("schedules_scheduled", columns, returning="public_id, id")
    }
    return [(born[public_id], public_id) for public_id in public_ids]


def transition(*, scheduled: Scheduled, to: str, now: datetime, reason: str = "") -> str:
    """Move a locked scheduled payment in memory; `save_scheduled` writes it.

    :returns: the event word.
    :raises IllegalTransition: the table has no such move.
    """
    event = states.SCHEDULE.event(scheduled.status, to)
    scheduled.status, scheduled.reason = to, reason
    scheduled.claimed_at = now if to == states.RUNNING else None
    if to not in states.OPEN:
        scheduled.ended_at = now
    return event


def save_scheduled(*, rows: Iterable[Scheduled]) -> None:
    """Write what changes about locked scheduled payments, in one statement."""
    found = list(rows)
    db.update_many(
        "schedules_scheduled",
        {
            "id": ("bigint", [r.pk for r in found]),
            "status": ("text", [r.status for r in found]),
            "reason": ("text", [r.reason for r in found]),
            "payment_id": ("bigint", [r.payment_id for r in found]),
            "claimed_at": ("timestamptz", [r.claimed_at for r in found]),
            "ended_at": ("timestamptz", [r.ended_at for r in found]),
            "run_on": ("date", [r.run_on for r in found]),
            "cutoff_at": ("timestamptz", [r.cutoff_at for r in found]),
            "notice_on": ("date", [r.notice_on for r in found]),
            "noticed_on": ("date", [r.noticed_on for r in found]),
            "notice_days": ("smallint", [r.notice_days for r in found]),
            "method_id": ("bigint", [r.method_id for r in found]),
            "authorization_id": ("bigint", [r.authorization_id for r in found]),
            "mode": ("text", [r.mode for r in found]),
            "amounts": ("jsonb", [json.dumps(r.amounts) for r in found]),
            "raised": ("jsonb", [json.dumps(r.raised) for r in found]),
            "amount_minor": ("bigint", [r.amount_minor for r in found]),
            "fee_minor": ("bigint", [r.fee_minor for r in found]),
            "request_hash": ("text", [r.request_hash for r in found]),
        },
    )


def note_raised(*, scheduled: Scheduled, ref: str, minor: int) -> None:
    """Note in memory what was added to (or taken off) an invoice of a locked one that goes on as it was told."""
    before = {str(each): int(added) for each, added in scheduled.raised}
    after = before | {ref: max(0, before.get(ref, 0) + minor)}
    scheduled.raised = [[each, added] for each, added in after.items() if added]


def create_enrollment(
    *,
    actor: Actor,
    terms: EnrollmentTerms,
    biller_id: int,
    currency: str,
    authorization_id: int,
    now: datetime,
) -> Enrollment:
    """Insert an enrollment in autopay.

    :raises django.db.IntegrityError: the payer has one for this already.
    """
    db.demand_transaction()
    return Enrollment.objects.create(
        public_id=ids.new("enrollment"),
        biller_id=biller_id,
        payer_id=terms.payer_id,
        account_id=terms.account_id,
        method_id=terms.method_id,
        authorization_id=authorization_id,
        rule=terms.rule,
        amount_minor=terms.amount_minor,
        currency=currency,
        day_rule=terms.day_rule,
        day=terms.day,
        tell_rule=terms.tell_rule,
        tell_above_minor=terms.tell_above_minor,
        tell_change_minor=terms.tell_change_minor,
        status=states.ACTIVE,
        started_at=now,
        started_by_ref=actor.ref,
        started_by_name=actor.name,
        changed_at=now,
    )


def change_terms(
    *, enrollment: Enrollment, terms: EnrollmentTerms, authorization_id: int, now: datetime
) -> None:
    """Give a locked enrollment other terms under a new authorization."""
    db.demand_transaction()
    enrollment.method_id, enrollment.authorization_id = terms.method_id, authorization_id
    enrollment.rule, enrollment.amount_minor = terms.rule, terms.amount_minor
    enrollment.day_rule, enrollment.day = terms.day_rule, terms.day
    enrollment.tell_rule = terms.tell_rule
    enrollment.tell_above_minor, enrollment.tell_change_minor = (
        terms.tell_above_minor,
        terms.tell_change_minor,
    )
    enrollment.changed_at = now
    enrollment.save(
        update_fields=[
            "method", "authorization", "rule", "amount_minor", "day_rule", "day", "tell_rule", "tell_above_minor",
            "tell_change_minor", "changed_at",
        ]
    )  # fmt: skip


def move_enrollment(
    *, enrollment: Enrollment, to: str, now: datetime, pause_reason: str = "", end_number: str = ""
) -> str:
    """Move a locked enrollment and write it; return the event word.

    :raises IllegalTransition: the table has no such move.
    """
    db.demand_transaction()
    event = states.ENROLLMENT.event(enrollment.status, to)
    enrollment.status, enrollment.pause_reason, enrollment.changed_at = to, pause_reason, now
    if to == states.ACTIVE:
        enrollment.failures = 0
    if to == states.ENDED:
        enrollment.ended_at, enrollment.end_number = now, end_number
    enrollment.save(
        update_fields=["status", "pause_reason", "changed_at", "failures", "ended_at", "end_number"]
    )
    return event


def note_failures(*, enrollment: Enrollment, failures: int) -> None:
    """Write how many debits in a row failed."""
    db.demand_transaction()
    enrollment.failures = failures
    enrollment.save(update_fields=["failures"])


def mark_skip(*, enrollment: Enrollment, skips: bool) -> None:
    """Write whether the next payment is left out."""
    db.demand_transaction()
    enrollment.skip_next = skips
    enrollment.save(update_fields=["skip_next"])
