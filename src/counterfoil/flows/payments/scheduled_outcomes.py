"""What outcomes mean for what is set for later: the lawful retries, pauses, and honest words. Inside their commit.

It stands with the outcomes because they call it, in one transaction with books and timeline (`record_results`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from counterfoil.audit import operations as audit_operations
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments import schedule_notices, standing_ends, withdraw_collections
from counterfoil.flows.payments.work import Work
from counterfoil.payments import states as payment_states
from counterfoil.rules import queries as rule_queries
from counterfoil.schedules import (
    collection_queries,
    operations as schedule_operations,
    policy,
    queries as schedule_queries,
    states,
)
from counterfoil.schedules.operations import NewScheduled
from counterfoil.schedules.queries import Enrollment, Scheduled

SCOPE: Final = "schedule"
FAILED: Final = (payment_states.DECLINED, payment_states.RETURNED, payment_states.CANCELED)
LIMITS: Final = (
    "ach_retry_limit", "ach_retry_within_days", "card_retry_limit", "card_retry_window_days",
)  # fmt: skip


@dataclass
class _Book:
    """Everything locked for these outcomes, and what is to be written about it."""

    scheduled: dict[int, Scheduled]
    own: dict[int, int]
    enrollments: dict[int, Enrollment]
    retries: list[NewScheduled] = field(default_factory=list)
    told: dict[int, dict[str, Any]] = field(default_factory=dict)
    stopped: dict[int, str] = field(default_factory=dict)
    events: list[audit_operations.NewEvent] = field(default_factory=list)
    paused: set[int] = field(default_factory=set)

    def of(self, item: Work) -> Scheduled:
        """Return what this payment was scheduled as."""
        return self.scheduled[self.own[item.payment.pk]]

    def enrollment_of(self, item: Work) -> Enrollment | None:
        """Return the autopay behind this payment."""
        return self.enrollments.get(self.of(item).enrollment_id or 0)


def is_scheduled(item: Work) -> bool:
    """Tell whether this payment was set for its day: its failures have words of their own."""
    return item.payment.scope == SCOPE


def note(*, actor: Actor, now: datetime, works: Sequence[Work]) -> None:
    """Take note of what became of scheduled payments; the caller's transaction holds accounts and payments."""
    ended = [w for w in works if is_scheduled(w) and _is_news(w)]
    # A payment by choice may bring the news that ends a permission: what was to be collected by it goes at once.
    by_choice = [standing_ends.stopped_method(w) for w in works if not is_scheduled(w)]
    dead = {method_id for method_id in by_choice if method_id is not None}
    if not (ended or dead):
        return
    book = _lock(ended, collection_queries.waiting_ids(method_ids=dead) if dead else [])
    for row in list(book.scheduled.values()):
        if row.origin == states.PULL and row.method_id in dead and row.status == states.SCHEDULED:
            _cancel(actor, now, book, row, withdraw_collections.PERMISSION)
    for item in ended:
        if item.payment.pk not in book.own:
            continue
        if item.payment.status == payment_states.SETTLED:
            _succeeded(book, item)
        elif _never_charged(item):
            _set_anew(book, item)
        else:
            _failed(actor, now, book, item)
    _write(actor, now, book)


def _is_news(item: Work) -> bool:
    status = item.payment.status
    return status != item.status_before and (status == payment_states.SETTLED or status in FAILED)


def _never_charged(item: Work) -> bool:
    """Tell whether the gateway vouches that it never had this payment: a fence, not a cancellation with words."""
    waited = item.status_before == payment_states.ACTION_NEEDED
    return item.payment.status == payment_states.CANCELED and not item.details and not waited


def _lock(ended: Sequence[Work], collections: Sequence[int]) -> _Book:
    own = schedule_queries.ids_by_payments(payment_ids=[w.payment.pk for w in ended])
    failed = [w for w in ended if w.payment.status in FAILED]
    method_ids = {w.payment.method_id for w in failed if w.payment.method_id is not None}
    behind = schedule_queries.enrollment_ids_of(scheduled_ids=list(own.values()))
    living = schedule_queries.living_ids(method_ids=method_ids)
    enrollments = schedule_queries.lock_enrollments(enrollment_ids={*behind, *living})
    waiting = (
        schedule_queries.open_ids(
            enrollment_ids=[e.pk for e in enrollments], method_ids=method_ids, begun=True
        )
        if failed
        else []
    )
    rows = schedule_queries.lock_scheduled(scheduled_ids={*own.values(), *waiting, *collections})
    return _Book({row.pk: row for row in rows}, own, {row.pk: row for row in enrollments})


def _succeeded(book: _Book, item: Work) -> None:
    enrollment = book.enrollment_of(item)
    if enrollment is not None and enrollment.failures:
        schedule_operations.note_failures(enrollment=enrollment, failures=0)


def _set_anew(book: _Book, item: Work) -> None:
    """Set what was never charged for its day again; who had a receipt already is told what became of it."""
    row = book.of(item)
    goes_on = _goes_on(row, book.enrollment_of(item))
    if goes_on:
        book.retries.append(_again(row, item, run_on=None))
    if item.status_before == payment_states.UNKNOWN or not goes_on:
        book.told[row.pk] = _words(item, item.today if goes_on else None) | {"decline_class": "soft_tech"}


def _failed(actor: Actor, now: datetime, book: _Book, item: Work) -> None:
    payment, row = item.payment, book.of(item)
    verdict = policy.judge(failure=_failure(item, row), limits=_limits(item.today))
    enrollment = book.enrollment_of(item)
    pauses_for_good = False
    if enrollment is not None:
        schedule_operations.note_failures(enrollment=enrollment, failures=enrollment.failures + 1)
        pauses_for_good = enrollment.failures >= policy.MOST_FAILURES
    goes_on = _goes_on(row, enrollment) and _is_whole(row, item)
    retry_on = verdict.retry_on if goes_on and not pauses_for_good else None
    if retry_on is not None:
        book.retries.append(_again(row, item, run_on=retry_on))
    book.told[row.pk] = _words(item, retry_on)
    if verdict.stops:
        _stop_method(actor, now, book, payment.method_id, verdict.stops)
    elif pauses_for_good and enrollment is not None and enrollment.status == states.ACTIVE:
        _pause(actor, now, book, enrollment, states.FAILURES)


def _goes_on(row: Scheduled, enrollment: Enrollment | None) -> bool:
    """Tell whether it may be set again: not where autopay was ended or paused meanwhile, or agreed to anew.

    Under a new permission it is planned anew, with the method and the notice of that one. What a biller collects is
    never tried again without asking (`agreements.standing`): the next collection day takes what is owed then.
    """
    if row.origin == states.PULL:
        return False
    if enrollment is None:
        return True
    is_active = enrollment.status == states.ACTIVE
    return is_active and not schedule_queries.is_superseded(scheduled=row, enrollment=enrollment)


def _is_whole(row: Scheduled, item: Work) -> bool:
    """Tell whether all of it is still for its own invoices: what a voided one freed is credit, or pays another one.

    What staff gave back, or some of it, is not taken again by itself: the rest would be another amount.
    """
    own = {ref for ref, _ in row.amounts}
    paid = {item.invoices[allocation.invoice_id].public_id for allocation in item.allocations}
    was_refunded = item.payment.refunded_minor > 0 or item.payment.refunded_fee_minor > 0
    return item.left_over_minor == 0 and paid <= own and not was_refunded


def _failure(item: Work, row: Scheduled) -> policy.Failure:
    payment = item.payment
    return policy.Failure(
        is_return=payment.status == payment_states.RETURNED,
        code=payment.reason_code,
        # A charge that waited for its payer, who was not there, needed the bank's question answered.
        decline_class=payment.decline_class or "auth_needed",
        tries=row.tries,
        first_on=row.first_on if row.tries and row.first_on else payment.submitted_on,
        today=item.today,
    )


def _limits(today: date) -> policy.Limits:
    rules = rule_queries.list_at(LIMITS, on=today)
    return policy.Limits(*(int(rules[name]) for name in LIMITS))


def _again(row: Scheduled, item: Work, *, run_on: date | None) -> NewScheduled:
    """Return the same amount for the same invoices on another day; without one, what was never charged, for its day."""
    payment, is_retry = item.payment, run_on is not None
    on = run_on or row.run_on
    return NewScheduled(
        biller_id=row.biller_id,
        account_id=row.account_id,
        payer_id=row.payer_id,
        method_id=row.method_id,
        authorization_id=row.authorization_id,
        key=f"again:{payment.public_id}",
        request_hash=payment.public_id,
        origin=states.RETRY,
        mode=row.mode,
        amounts=tuple((item.invoices[a.invoice_id].public_id, a.amount_minor) for a in item.allocations),
        fee_minor=payment.fee_minor,
        currency=row.currency,
        run_on=on,
        cutoff_at=_cutoff(item, on),
        enrollment_id=row.enrollment_id,
        retry_of_id=payment.pk,
        tries=row.tries + 1 if is_retry else row.tries,
        first_on=(row.first_on if row.tries else payment.submitted_on) if is_retry else row.first_on,
    )


def _cutoff(item: Work, run_on: date) -> datetime:
    hour = time(item.biller.payments.schedule_cutoff_hour)
    return datetime.combine(run_on - timedelta(days=1), hour, tzinfo=ZoneInfo(item.biller.zone))


def _words(item: Work, retry_on: date | None) -> dict[str, Any]:
    payment = item.payment
    returned = payment.status == payment_states.RETURNED
    return {
        "payment_number": payment.number,
        "amount_minor": payment.amount_minor,
        "fee_minor": payment.fee_minor,
        "decline_class": "returned" if returned else payment.decline_class or "auth_needed",
        "return_code": payment.reason_code if returned else "",
        "retry_on": retry_on.isoformat() if retry_on else "",
        "link": f"/billing/payments/{payment.public_id}/",
    }


def _stop_method(actor: Actor, now: datetime, book: _Book, method_id: int | None, reason: str) -> None:
    """Pause all autopay with this method and cancel what is set with it (NA-17; Part D, hard declines)."""
    for enrollment in book.enrollments.values():
        if enrollment.method_id == method_id and enrollment.status == states.ACTIVE:
            _pause(actor, now, book, enrollment, reason)
    for row in book.scheduled.values():
        if row.method_id == method_id and row.status in states.OPEN:
            _cancel(actor, now, book, row, "method")


def _pause(actor: Actor, now: datetime, book: _Book, enrollment: Enrollment, reason: str) -> None:
    event = schedule_operations.move_enrollment(
        enrollment=enrollment, to=states.PAUSED, now=now, pause_reason=reason
    )
    book.paused.add(enrollment.pk)
    book.events.append(
        audit_operations.NewEvent(
            actor, enrollment.biller_id, event, enrollment.public_id, {"reason": reason}, now
        )
    )
    for row in book.scheduled.values():
        if row.enrollment_id == enrollment.pk and row.status in states.OPEN:
            _cancel(actor, now, book, row, "paused")


def _cancel(actor: Actor, now: datetime, book: _Book, row: Scheduled, reason: str) -> None:
    event = schedule_operations.transition(scheduled=row, to=states.CANCELED, now=now, reason=reason)
    book.stopped[row.pk] = reason
    book.events.append(
        audit_operations.NewEvent(actor, row.biller_id, event, row.public_id, {"reason": reason}, now)
    )


def _write(actor: Actor, now: datetime, book: _Book) -> None:
    schedule_operations.save_scheduled(rows=[book.scheduled[pk] for pk in book.stopped])
    retries = _still_wanted(book)
    born = schedule_operations.create_scheduled(actor=WORKER, drafts=retries, now=now)
    book.events += [
        audit_operations.NewEvent(
            actor, draft.biller_id, "schedule.created", public_id,
            {"amount_minor": draft.amount_minor, "run_on": draft.run_on.isoformat(), "tries": draft.tries}, now,
        )
        for draft, (_, public_id) in zip(retries, born, strict=True)
    ]  # fmt: skip
    audit_operations.record_many(book.events)
    _tell(now, book, retries)


def _still_wanted(book: _Book) -> list[NewScheduled]:
    """Leave out what another outcome of the same commit stopped: its method, or its autopay."""
    return [draft for draft in book.retries if draft.enrollment_id not in book.paused and draft.amounts]


def _tell(now: datetime, book: _Book, retries: Sequence[NewScheduled]) -> None:
    tried = {draft.retry_of_id for draft in retries}
    payments = {pk: payment_id for payment_id, pk in book.own.items()}
    told: Mapping[int, dict[str, Any]] = {
        pk: words if payments[pk] in tried else words | {"retry_on": ""} for pk, words in book.told.items()
    }
    schedule_notices.queue(now=now, key="autopay_failed", scheduled_ids=list(told), extra=told)
    schedule_notices.queue(now=now, key="scheduled_canceled", scheduled_ids=list(book.stopped))
    schedule_notices.queue_enrollments(
        now=now, key="autopay_paused", enrollment_ids=book.paused, once=now.isoformat()
    )
