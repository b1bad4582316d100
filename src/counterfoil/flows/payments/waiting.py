"""Payments that wait for their bank account to be confirmed by two small amounts (NA-08): sent, reminded, canceled.

How it fails, and what stands against it:

* Two tabs, the worker and the payer at once: the payment is locked and leaves its state once, so it has one attempt.
* A crash after the account was confirmed and before its payments were sent: the next sweep sends them.
* A crash between the commit and the call: the job is in the commit; a job that never runs is given up and told.
* The tenth day and the right amounts at the same moment: whoever locks the payment first decides, the other finds
  nothing to do. Nothing was sent before, so a canceled one has moved nothing.
* The method is taken away meanwhile: never sent, canceled with a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, jobs
from counterfoil.core.actor import Actor
from counterfoil.core.calendar import BankCalendar
from counterfoil.flows.payments import record_results, waiting_notices, work
from counterfoil.flows.payments.birth import WAITS_FOR_JOB
from counterfoil.flows.payments.facts import RETURN_WINDOW
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.flows.payments.work import Work
from counterfoil.methods import queries as method_queries, states as method_states
from counterfoil.payments import operations as payment_operations, queries as payment_queries, states
from counterfoil.payments.operations import NewEvent
from counterfoil.payments.policy import Unvalidated
from counterfoil.rules import queries as rule_queries

SOURCE = "validation"


def send(*, actor: Actor, now: datetime, method_id: int) -> int:
    """Send every payment that waited for this account; return how many. Nothing is sent while it is not confirmed."""
    sent = 0
    while rows := payment_queries.list_waiting(method_id=method_id):
        done = sum(db.in_transaction(partial(_send, actor, now, row.id)) for row in rows)
        if not done:
            break
        sent += done
    return sent


def cancel(*, actor: Actor, now: datetime, payment_ids: Sequence[int], why: str) -> None:
    """Give these payments up; those that were sent meanwhile go on. `why` as in `policy.Unvalidated`."""
    outcomes = [Outcome(pk, Unvalidated(why), SOURCE) for pk in payment_ids]
    record_results.run(actor=actor, now=now, outcomes=outcomes)


def remind(*, actor: Actor, now: datetime, payment_id: int, day: int) -> bool:
    """Remind the payer once for each day of `waiting_notices.REMINDED_AFTER`; tell whether it was done now."""
    due = [each for each in waiting_notices.REMINDED_AFTER if each <= day]
    return bool(due) and db.in_transaction(lambda: _remind(actor, now, payment_id, due[-1]))


def _send(actor: Actor, now: datetime, payment_id: int) -> int:
    item = work.lock(payment_ids=[payment_id], now=now).get(payment_id)
    if item is None or item.payment.status != states.AWAITING_VALIDATION or item.payment.method_id is None:
        return 0
    # Read under the payment's lock; who takes the method away later finds a payment that is on its way.
    [method] = method_queries.list_states(method_ids=[item.payment.method_id])
    if method.status != method_states.ACTIVE or method.validation != method_states.PASSED:
        return 0
    payment = item.payment
    event = payment_operations.transition(payment=payment, to=states.SUBMITTING, now=now)
    _set_days(item)
    payment_operations.save_many(payments=[payment])
    payment_operations.save_days(payments=[payment])
    payment_operations.open_attempts(
        payments=[(payment.biller_id, payment.pk, payment.public_id)],
        started_at=None,
        deadline=now + WAITS_FOR_JOB,
    )
    _note(actor, now, item, event, {})
    jobs.defer_many("call_gateway", [{"payment_id": payment.pk}])
    return 1


def _set_days(item: Work) -> None:
    """The day of submitting stays and counts for lateness; the bank's days begin now."""
    payment, biller = item.payment, item.biller
    effective_on = BankCalendar().next(item.today)
    payment.effective_on = effective_on
    payment.paid_on = BankCalendar().add_bank_days(effective_on, biller.payments.paid_after_bank_days)
    window = rule_queries.integer_at(RETURN_WINDOW, on=item.today)
    payment.returnable_until = effective_on + timedelta(days=window)


def _remind(actor: Actor, now: datetime, payment_id: int, day: int) -> bool:
    item = work.lock(payment_ids=[payment_id], now=now).get(payment_id)
    if item is None or item.payment.status != states.AWAITING_VALIDATION:
        return False
    if day in payment_queries.reminded_days(payment_id=payment_id):
        return False
    _note(actor, now, item, "payment.reminded", {"day": day})
    waiting_notices.queue(payment_ids=[payment_id], day=day, now=now)
    return True


def _note(actor: Actor, now: datetime, item: Work, event: str, details: dict[str, int]) -> None:
    payment = item.payment
    line = NewEvent(payment.biller_id, payment.pk, event, details)
    payment_operations.record_events(actor=actor, now=now, events=[line])
    audit_operations.record(
        actor=actor,
        biller_id=payment.biller_id,
        action=event,
        object_ref=payment.public_id,
        details={"source": SOURCE, **details},
        now=now,
    )
