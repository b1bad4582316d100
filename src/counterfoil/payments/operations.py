"""Writes to payments and what hangs on them, in bulk: a list of one is one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from counterfoil.core import db, ids
from counterfoil.core.actor import Actor
from counterfoil.payments import states
from counterfoil.payments.models import Allocation, Attempt, PayClaim, Payment


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment that is about to be born. `shares` are what it pays: invoice id and minor units."""

    biller_id: int
    account_id: int
    payer_id: int
    method_id: int | None
    authorization_id: int | None
    scope: str
    key: str
    request_hash: str
    origin: str
    status: str
    amount_minor: int
    currency: str
    method_kind: str
    method_label: str
    method_last4: str
    submitted_on: date
    effective_on: date
    shares: tuple[tuple[int, int], ...]
    paid_on: date | None = None
    returnable_until: date | None = None
    fee_minor: int = 0
    retry_of_id: int | None = None
    public_id: str = field(default_factory=lambda: ids.new("payment"))


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One line of a payment's timeline."""

    biller_id: int
    payment_id: int
    event: str
    details: dict[str, Any] = field(default_factory=dict)


def _payment_numbers(count: int) -> list[str]:
    raws = [public_id[4:14].upper().replace("O", "0") for public_id in ids.new_many("payment", count)]
    return [f"{raw[:5]}-{raw[5:]}" for raw in raws]


def create_many(*, actor: Actor, drafts: Sequence[NewPayment], now: datetime) -> dict[str, int]:
    """Insert payments and their allocations; return row ids by public id.

    A payment that is born settled (recorded by hand or by import) has its allocations applied at once.

    :raises django.db.IntegrityError: the key is known already in its scope.
    """
    settled = [d.status == states.SETTLED for d in drafts]
    born = db.insert_many(
        "payments_payment",
        _money_columns(drafts) | _life_columns(actor, drafts, settled, now),
        returning="public_id, id",
    )
    by_public_id = {str(public_id): int(row_id) for public_id, row_id in born}
    allocate(
        rows=[
            (d.biller_id, by_public_id[d.public_id], invoice_id, amount, d.submitted_on if done else None)
            for d, done in zip(drafts, settled, strict=True)
            for invoice_id, amount in d.shares
        ],
        kind=Allocation.Kind.DIRECT,
    )
    return by_public_id


def _money_columns(drafts: Sequence[NewPayment]) -> dict[str, tuple[str, list[Any]]]:
    """What a payment is: never changed after its birth."""
    return {
        "public_id": ("text", [d.public_id for d in drafts]),
        "biller_id": ("bigint", [d.biller_id for d in drafts]),
        "account_id": ("bigint", [d.account_id for d in drafts]),
        "payer_id": ("bigint", [d.payer_id for d in drafts]),
        "method_id": ("bigint", [d.method_id for d in drafts]),
        "authorization_id": ("bigint", [d.authorization_id for d in drafts]),
        "number": ("text", _payment_numbers(len(drafts))),
        "scope": ("text", [d.scope for d in drafts]),
        "key": ("text", [d.key for d in drafts]),
        "request_hash": ("text", [d.request_hash for d in drafts]),
        "origin": ("text", [d.origin for d in drafts]),
        "amount_minor": ("bigint", [d.amount_minor for d in drafts]),
        "fee_minor": ("bigint", [d.fee_minor for d in drafts]),
        "currency": ("text", [d.currency for d in drafts]),
        "method_kind": ("text", [d.method_kind for d in drafts]),
        "method_label": ("text", [d.method_label for d in drafts]),
        "method_last4": ("text", [d.method_last4 for d in drafts]),
        "retry_of_id": ("bigint", [d.retry_of_id for d in drafts]),
    }


def _life_columns(
    actor: Actor, drafts: Sequence[NewPayment], settled: Sequence[bool], now: datetime
) -> dict[str, tuple[str, list[Any]]]:
    """When and by whom, and what outcomes will change."""
    count = len(drafts)
    return {
        "status": ("text", [d.status for d in drafts]),
        "submitted_at": ("timestamptz", [now] * count),
        "submitted_on": ("date", [d.submitted_on for d in drafts]),
        "submitted_by_ref": ("text", [actor.ref] * count),
        "submitted_by_name": ("text", [actor.name] * count),
        "effective_on": ("date", [d.effective_on for d in drafts]),
        "paid_on": ("date", [d.paid_on for d in drafts]),
        "returnable_until": ("date", [d.returnable_until for d in drafts]),
        "settled_at": ("timestamptz", [now if done else None for done in settled]),
        "gateway_ref": ("text", [""] * count),
        "action_url": ("text", [""] * count),
        "decline_class": ("text", [""] * count),
        "reason_code": ("text", [""] * count),
    }


def allocate(*, rows: Sequence[tuple[int, int, int, int, date | None]], kind: str) -> list[int]:
    """Insert allocations `(biller, payment, invoice, minor units, applied on)`; return their row ids in order."""
    born = db.insert_many(
        "payments_allocation",
        {
            "biller_id": ("bigint", [row[0] for row in rows]),
            "payment_id": ("bigint", [row[1] for row in rows]),
            "invoice_id": ("bigint", [row[2] for row in rows]),
            "kind": ("text", [kind] * len(rows)),
            "amount_minor": ("bigint", [row[3] for row in rows]),
            "applied_on": ("date", [row[4] for row in rows]),
        },
        returning="id",
    )
    return [int(row_id) for (row_id,) in born]


def open_attempts(
    *, payments: Iterable[tuple[int, int, str]], started_at: datetime | None, deadline: datetime
) -> None:
    """Give each `(biller, payment, public id)` its first attempt; with `started_at` the caller holds the lease."""
    rows = list(payments)
    db.insert_many(
        "payments_attempt",
        {
            "biller_id": ("bigint", [row[0] for row in rows]),
            "payment_id": ("bigint", [row[1] for row in rows]),
            "number": ("smallint", [1] * len(rows)),
            "gateway_key": ("text", [f"{row[2]}-1" for row in rows]),
            "call_started_at": ("timestamptz", [started_at] * len(rows)),
            "call_deadline": ("timestamptz", [deadline] * len(rows)),
            "next_check_at": ("timestamptz", [deadline] * len(rows)),
            "checks": ("smallint", [0] * len(rows)),
            "result": ("text", [""] * len(rows)),
        },
    )


def take_lease(*, attempt: Attempt, now: datetime, deadline: datetime) -> None:
    """Mark that the caller calls the gateway now; nobody fences before the deadline. The payment is locked."""
    db.demand_transaction()
    attempt.call_started_at, attempt.call_deadline, attempt.next_check_at = now, deadline, deadline
    attempt.save(update_fields=["call_started_at", "call_deadline", "next_check_at"])


def postpone_checks(*, due: Sequence[tuple[Attempt, datetime]]) -> None:
    """Ask the gateway about these attempts again, each at its time; one statement."""
    db.update_many(
        "payments_attempt",
        {
            "id": ("bigint", [attempt.pk for attempt, _ in due]),
            "checks": ("smallint", [attempt.checks + 1 for attempt, _ in due]),
            "next_check_at": ("timestamptz", [at for _, at in due]),
        },
    )


def end_attempts(*, payment_ids: Sequence[int], results: Sequence[str], now: datetime) -> None:
    """Close the open attempts of these locked payments."""
    db.demand_transaction()
    by_payment = dict(zip(payment_ids, results, strict=True))
    rows = Attempt.objects.filter(payment_id__in=payment_ids, ended_at__isnull=True)
    found = list(rows.values_list("pk", "payment_id"))
    db.update_many(
        "payments_attempt",
        {
            "id": ("bigint", [pk for pk, _ in found]),
            "ended_at": ("timestamptz", [now] * len(found)),
            "result": ("text", [by_payment[payment_id] for _, payment_id in found]),
        },
    )


def transition(*, payment: Payment, to: str, now: datetime) -> str:
    """Move a locked payment in memory; `save_many` writes it.

    :returns: the event word.
    :raises IllegalTransition: the table has no such move.
    """
    event = states.PAYMENT.event(payment.status, to)
    was_refunded = payment.status == states.REFUNDED
    payment.status = to
    if to == states.SETTLED and not was_refunded:
        payment.settled_at = now
    if to in states.FINISHED:
        payment.ended_at = now
    return event


def save_many(*, payments: Iterable[Payment]) -> None:
    """Write what outcomes change about locked payments, in one statement."""
    rows = list(payments)
    db.update_many(
        "payments_payment",
        {
            "id": ("bigint", [p.pk for p in rows]),
            "status": ("text", [p.status for p in rows]),
            "funded_on": ("date", [p.funded_on for p in rows]),
            "settled_at": ("timestamptz", [p.settled_at for p in rows]),
            "ended_at": ("timestamptz", [p.ended_at for p in rows]),
            "gateway_ref": ("text", [p.gateway_ref for p in rows]),
            "action_url": ("text", [p.action_url for p in rows]),
            "decline_class": ("text", [p.decline_class for p in rows]),
            "reason_code": ("text", [p.reason_code for p in rows]),
        },
    )


def save_refunded(*, payments: Iterable[Payment]) -> None:
    """Write what refunds took of locked payments, and the status that follows, in one statement."""
    rows = list(payments)
    db.update_many(
        "payments_payment",
        {
            "id": ("bigint", [p.pk for p in rows]),
            "status": ("text", [p.status for p in rows]),
            "settled_at": ("timestamptz", [p.settled_at for p in rows]),
            "refunded_minor": ("bigint", [p.refunded_minor for p in rows]),
            "refunded_fee_minor": ("bigint", [p.refunded_fee_minor for p in rows]),
        },
    )


def save_days(*, payments: Iterable[Payment]) -> None:
    """Write the days of locked payments that were sent later than they were submitted, in one statement."""
    rows = list(payments)
    db.update_many(
        "payments_payment",
        {
            "id": ("bigint", [p.pk for p in rows]),
            "effective_on": ("date", [p.effective_on for p in rows]),
            "paid_on": ("date", [p.paid_on for p in rows]),
            "returnable_until": ("date", [p.returnable_until for p in rows]),
        },
    )


def apply_allocations(*, marks: Sequence[tuple[int, date]]) -> None:
    """Mark allocations as having paid their invoices on these days."""
    _mark_allocations("applied_on", marks)


def release_allocations(*, marks: Sequence[tuple[int, date]]) -> None:
    """Mark allocations as no longer claiming or paying anything from these days on."""
    _mark_allocations("released_on", marks)


def _mark_allocations(column: str, marks: Sequence[tuple[int, date]]) -> None:
    db.update_many(
        "payments_allocation",
        {"id": ("bigint", [pk for pk, _ in marks]), column: ("date", [on for _, on in marks])},
    )


def record_events(*, actor: Actor, events: Sequence[NewEvent], now: datetime) -> None:
    """Append to the timelines of payments."""
    db.insert_many(
        "payment_event",
        {
            "biller_id": ("bigint", [e.biller_id for e in events]),
            "payment_id": ("bigint", [e.payment_id for e in events]),
            "event": ("text", [e.event for e in events]),
            "at": ("timestamptz", [now] * len(events)),
            "actor_ref": ("text", [actor.ref] * len(events)),
            "details": ("jsonb", [json.dumps(e.details) for e in events]),
        },
    )


def claim(
    *, actor: Actor, biller_id: int, account_id: int, invoice_ids: Sequence[int], expires_at: datetime
) -> None:
    """Say that this person stands before Submit for these invoices; it expires by itself."""
    db.demand_transaction()
    if actor.login_id is None:
        return
    PayClaim.objects.update_or_create(
        account_id=account_id,
        login_id=actor.login_id,
        defaults={
            "biller_id": biller_id,
            "name": actor.name,
            "invoice_ids": list(invoice_ids),
            "expires_at": expires_at,
        },
    )


def drop_claims(*, actor: Actor, account_ids: Collection[int]) -> None:
    """Take this person's claims on these accounts away: they submitted, or left."""
    db.demand_transaction()
    PayClaim.objects.filter(account_id__in=account_ids, login_id=actor.login_id or 0).delete()
