"""The one door for what became of refunds: answers, events, look-ups and fences all end here.

Doing it again changes nothing. An answer that contradicts what we know is set aside and audited. What a refund took
was taken at its birth; here it leaves the books' account of refunds on their way, or becomes the payer's credit.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import DataError, IntegrityError

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.invoices import apply_credit
from counterfoil.flows.payments import work
from counterfoil.flows.payments.work import LONGEST_CODE, Work
from counterfoil.flows.refunds import notices
from counterfoil.flows.refunds.calls import Answer
from counterfoil.gateways import base, refunds as gateway_refunds
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.ledger.postings import Source
from counterfoil.payments import (
    operations as payment_operations,
    policy as payment_policy,
    states as payment_states,
)
from counterfoil.payments.operations import NewEvent
from counterfoil.refunds import operations as refund_operations, policy, queries as refund_queries, states
from counterfoil.refunds.policy import Decision, Money, Outcome
from counterfoil.refunds.queries import Refund

log = logging.getLogger(__name__)

BACKOFF: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
# One that the gateway has is asked about once a day: an event can be lost.
PENDING_CHECK: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one answer came to: events for timeline and audit, who said so, and what was set aside of it."""

    events: Sequence[str]
    source: str
    set_aside: str


def run(*, actor: Actor, now: datetime, answers: Sequence[Answer], source: str) -> None:
    """Record what became of refunds, with books, timeline, notices and audit; one commit each.

    `source` is answer, event or look_up. Credit that a failed refund made is spent right after. Where the database
    refuses one of several, the others are recorded all the same.
    """
    for refund_id, outcome in answers:
        try:
            pair = db.in_transaction(partial(_record, actor, now, refund_id, outcome, source))
        except (DataError, IntegrityError):
            if len(answers) == 1:
                raise
            log.exception("what became of a refund cannot be recorded", extra={"ref": refund_id})
            continue
        if pair is not None:
            account_id, payer_id = pair
            apply_credit.run(actor=WORKER, now=now, payer_id=payer_id, account_id=account_id)


def _record(
    actor: Actor, now: datetime, refund_id: int, outcome: Outcome, source: str
) -> tuple[int, int] | None:
    """Record one; return whose credit it made, as `(account, payer)`."""
    payments = refund_queries.map_payments(refund_ids=[refund_id])
    works = work.lock(payment_ids=list(payments.values()), now=now)
    [refund] = refund_queries.lock(refund_ids=[refund_id])
    item = works[refund.payment_id]
    result, difference = _compared(refund, outcome)
    decision = policy.decide(status=refund.status, outcome=result)
    _note(refund, result)
    events = [] if decision.status is None else [_move(item, refund, decision, now)]
    _set_check(refund, now)
    refund_operations.save_many(refunds=[refund])
    if events:
        events += _follow(item, refund, now)
    _post(item, refund, decision, now)
    _write_down(actor, refund, _Told(events, source, difference or decision.conflict), now)
    notices.queue(item=item, refund=refund, money=decision.money, now=now)
    makes_credit = decision.money in {Money.STAYED, Money.CAME_BACK}
    return (refund.account_id, refund.payer_id) if makes_credit else None


def _compared(refund: Refund, outcome: Outcome) -> tuple[Outcome, str]:
    """Compare what the gateway has under our key with what was to go back (WH-04); anything else is unknown."""
    expected = base.Figures(refund.amount_minor + refund.fee_minor, refund.currency, refund.public_id)
    difference = payment_policy.differs(expected=expected, outcome=outcome)
    return (base.Unknown(difference) if difference else outcome), difference


def _note(refund: Refund, result: Outcome) -> None:
    match result:
        case gateway_refunds.Refunding(gateway_ref=ref, expected_on=day):
            refund.gateway_ref, refund.expected_on = ref or refund.gateway_ref, day
        case gateway_refunds.Refunded(gateway_ref=ref):
            refund.gateway_ref = ref or refund.gateway_ref
        case gateway_refunds.RefundFailed(gateway_ref=ref, code=code):
            refund.gateway_ref = ref or refund.gateway_ref
            refund.reason_code = code[:LONGEST_CODE]


def _move(item: Work, refund: Refund, decision: Decision, now: datetime) -> str:
    event = refund_operations.transition(refund=refund, to=str(decision.status), now=now)
    if refund.status == states.REFUNDED:
        refund.refunded_on = item.today
    return event


def _set_check(refund: Refund, now: datetime) -> None:
    """Set when to ask next: about what nobody knows soon, about what is on its way once a day."""
    if refund.status not in states.IN_FLIGHT:
        refund.next_check_at = None
    elif refund.status == states.PENDING:
        refund.next_check_at = now + PENDING_CHECK
    else:
        refund.next_check_at = now + BACKOFF[min(refund.checks, len(BACKOFF) - 1)]
        refund.checks += 1


def _follow(item: Work, refund: Refund, now: datetime) -> list[str]:
    """Let the payment say what its refunds came to; return its own event, if it has one. The refund is saved."""
    payment = item.payment
    if refund.status == states.FAILED:
        payment.refunded_minor -= refund.amount_minor
        payment.refunded_fee_minor -= refund.fee_minor
    gone = refund_queries.sum_refunded(payment_id=payment.pk)
    to = payment_states.REFUNDED if gone == payment.amount_minor else payment_states.SETTLED
    events = []
    if payment.status in payment_states.PAID and payment.status != to:
        events.append(payment_operations.transition(payment=payment, to=to, now=now))
    payment_operations.save_refunded(payments=[payment])
    return events


def _post(item: Work, refund: Refund, decision: Decision, now: datetime) -> None:
    total = refund.amount_minor + refund.fee_minor
    source = source_of(item, refund.public_id)
    match decision.money:
        case Money.LEFT:
            entry = postings.refund_paid(source, total_minor=total)
        case Money.STAYED | Money.CAME_BACK:
            entry = postings.refund_failed(
                source,
                amount_minor=refund.amount_minor,
                fee_minor=refund.fee_minor,
                has_left=decision.money == Money.CAME_BACK,
                is_returned=item.payment.status == payment_states.RETURNED,
            )
        case Money.NOTHING:
            return
    ledger_operations.post(entries=[entry], now=now)


def source_of(item: Work, ref: str) -> Source:
    """Return what an entry about a refund of this payment says."""
    payment = item.payment
    return Source(
        biller_id=payment.biller_id,
        ref=ref,
        currency=payment.currency,
        billing_account_id=payment.account_id,
        payer_id=payment.payer_id,
        posted_on=item.today,
        effective_on=item.today,
        addressees={a.invoice_id: item.invoices[a.invoice_id].payer_id for a in item.allocations},
    )


def _write_down(actor: Actor, refund: Refund, told: _Told, now: datetime) -> None:
    details: dict[str, Any] = {
        "refund": refund.public_id,
        "amount_minor": refund.amount_minor + refund.fee_minor,
        "code": refund.reason_code,
    }
    payment_operations.record_events(
        actor=actor,
        now=now,
        events=[NewEvent(refund.biller_id, refund.payment_id, event, details) for event in told.events],
    )
    audited = [(event, details | {"source": told.source}) for event in told.events]
    if told.set_aside:
        log.error(
            "an answer about a refund was set aside: %s", told.set_aside, extra={"ref": refund.public_id}
        )
        audited.append(("refund.set_aside", {"source": told.source, "why": told.set_aside}))
    audit_operations.record_many(
        [
            audit_operations.NewEvent(actor, refund.biller_id, name, refund.public_id, more, now)
            for name, more in audited
        ]
    )
