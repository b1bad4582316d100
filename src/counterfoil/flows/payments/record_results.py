"""The one door for outcomes: answers, webhooks, polls, fences and the calendar all end here.

Up to a thousand outcomes at a time, one statement a table; one outcome is a list of one. Doing it again changes
nothing. An outcome that contradicts what we know is set aside with its reason and stops no other.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import DataError, IntegrityError

from counterfoil.core import db
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.invoices import apply_credit
from counterfoil.flows.payments import ledgers, results_notices, scheduled_outcomes, standing_ends, work
from counterfoil.flows.payments.work import Work
from counterfoil.gateways import base
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payments import policy

log = logging.getLogger(__name__)

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What somebody says became of a payment. `source` is answer, event, look_up, fence, return_page or calendar."""

    payment_id: int
    result: policy.Outcome
    source: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording did: the status now, the events it caused, or why it was set aside."""

    payment_id: int
    status: str
    events: tuple[str, ...]
    set_aside: str


def run(*, actor: Actor, now: datetime, outcomes: Sequence[Outcome]) -> list[Recorded]:
    """Record what became of payments, with books, invoices, timeline, notices and audit, in one commit.

    A payment that is named twice gets its second outcome in a second commit, as if it had come later.

    :raises ValueError: more than a thousand outcomes.
    """
    if len(outcomes) > MOST:
        raise ValueError("too many outcomes for one commit")
    if not outcomes:
        return []
    works: list[Work] = []
    for wave in _waves(outcomes):
        works += _record_wave(actor, now, wave)
    _spend_credit(actor, now, works)
    return [Recorded(w.payment.pk, w.payment.status, tuple(w.events), w.set_aside) for w in works]


def _record_wave(actor: Actor, now: datetime, wave: Sequence[Outcome]) -> list[Work]:
    """Record a wave in one commit; where the database refuses a row of it, record the others one by one."""
    try:
        return db.in_transaction(partial(_record, actor, now, wave))
    except (DataError, IntegrityError):
        if len(wave) == 1:
            raise
    works: list[Work] = []
    for outcome in wave:
        try:
            works += db.in_transaction(partial(_record, actor, now, [outcome]))
        except (DataError, IntegrityError):
            log.exception("an outcome cannot be recorded", extra={"ref": outcome.payment_id})
    return works


def _waves(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """Split outcomes so that no payment comes twice in one part, keeping their order."""
    waves: list[list[Outcome]] = []
    seen: Counter[int] = Counter()
    for outcome in outcomes:
        if seen[outcome.payment_id] == len(waves):
            waves.append([])
        waves[seen[outcome.payment_id]].append(outcome)
        seen[outcome.payment_id] += 1
    return waves


def _spend_credit(actor: Actor, now: datetime, works: Sequence[Work]) -> None:
    """Let credit pay what is open: there is new credit, or an invoice that was claimed or paid is free again."""
    pairs = {(w.payment.account_id, w.payment.payer_id) for w in works if w.left_over_settled or w.released}
    # What a sharer's payment gives back may be the addressee's to pay again.
    pairs |= {
        (w.payment.account_id, w.invoices[a.invoice_id].payer_id)
        for w in works
        for a in w.allocations
        if w.released
    }
    if not pairs:
        return
    # Read as the installation: the addressee of a shared bill is nobody the sharer acts for.
    for account_id, payer_id in sorted(ledger_queries.credits_of(actor=WORKER, pairs=pairs)):
        apply_credit.run(actor=actor, now=now, payer_id=payer_id, account_id=account_id)


def _record(actor: Actor, now: datetime, outcomes: Sequence[Outcome]) -> list[Work]:
    works = work.lock(payment_ids=[o.payment_id for o in outcomes], now=now)
    for outcome in outcomes:
        item = works.get(outcome.payment_id)
        if item is not None:
            _decide(item, outcome, now)
    changed = [item for item in works.values() if item.is_changed]
    ledgers.post(works=changed, now=now)
    work.write(actor=actor, works=list(works.values()), now=now)
    results_notices.queue(actor=actor, works=changed, now=now)
    scheduled_outcomes.note(actor=actor, works=changed, now=now)
    standing_ends.note(actor=actor, works=changed, now=now)
    return list(works.values())


def _decide(item: Work, outcome: Outcome, now: datetime) -> None:
    payment = item.payment
    result, difference = _compared(item, outcome.result)
    decision = policy.decide(status=payment.status, is_funded=payment.funded_on is not None, outcome=result)
    item.note(result, outcome.source)
    if difference or decision.conflict:
        item.set_aside = difference or decision.conflict
        log.error("an outcome was set aside: %s", item.set_aside, extra={"ref": payment.public_id})
    if decision.conflict:
        return
    if decision.status is not None:
        item.move(to=decision.status, now=now)
    item.account_for(decision.money)


def _compared(item: Work, result: policy.Outcome) -> tuple[policy.Outcome, str]:
    """Compare what the gateway has under our key with what was to be charged (WH-04).

    Where it is something else nobody knows what became of this payment: it is unknown until a person has looked.
    """
    payment = item.payment
    expected = base.Figures(
        amount_minor=payment.amount_minor + payment.fee_minor,
        currency=payment.currency,
        reference=payment.public_id,
    )
    difference = policy.differs(expected=expected, outcome=result)
    return (base.Unknown(difference) if difference else result), difference
