"""Payments whose day has come are born and sent: by the worker, every quarter of an hour, at each biller's own time.

A scheduled payment is claimed (one commit), then its payment is born and the two are linked (one commit), then sent.
How it can fail:

- Killed after the claim: nothing was born, for birth and link are one commit; after its lease it is claimed again.
- Killed after the birth: the payment is like any other whose caller died; the worker asks, and fences it where the
  gateway knows nothing. A fenced one was never charged: `flows.payments.scheduled_outcomes` sets it anew.
- Two workers: the claim passes over rows another one holds; and the payment's key is the scheduled payment's own.
- A worker stood still past its lease, and what it claimed was given back, moved or canceled: the birth finds that under
  the row's lock, and is none.
- One that cannot be run at all (a fault of ours) stops no other; it is logged, and tried again after its lease.
- The clock jumped, or nothing ran for days: what is due is still due, up to `LATEST`; later it is canceled, and told.
- The number behind the method was replaced and the permission names the old one: canceled, and told.
- Something changed since: less is outstanding (lowered, told), nothing (canceled, told).
- What a biller collects may not be taken any more (no permission, another choice, autopay): canceled, and told. What
  changed after that was read is found in the commit of the birth, which holds the accounts and the methods.
- The notice of a debit of autopay was not sent, or sent late: it moves to the first lawful day and is told of
  anew; where its notice can never arrive it is canceled, and autopay paused (`flows.schedules.told`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from counterfoil.agreements import queries as agreement_queries
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import facts as payment_facts, schedule_notices, submit
from counterfoil.flows.payments.birth import Birth, Born
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.schedules import collected, days, due, pause_behind, told as telling, withdraw
from counterfoil.flows.schedules.due import Cancel, Move, Take, Wait
from counterfoil.flows.schedules.told import Told
from counterfoil.methods import queries as method_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import ScheduledRow

log = logging.getLogger(__name__)

CHUNK: Final = 200
LEASE: Final = timedelta(minutes=10)
# Nobody's money is taken in the night: at this hour of the biller's day the first are sent.
FROM_HOUR: Final = 6
FURTHEST_AHEAD: Final = timedelta(hours=14)


class _NotOurs(Exception):
    """What was claimed is not ours to take any more."""


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Bear and send what is due, biller by biller; return how many payments were born."""
    stale_before = now - LEASE
    latest = (now + FURTHEST_AHEAD).date()
    found = (
        schedule_queries.biller_ids_due(latest=latest, stale_before=stale_before)
        if biller_id is None
        else [biller_id]
    )
    count = 0
    for biller in biller_queries.list_by_ids(biller_ids=found).values():
        if now.astimezone(ZoneInfo(biller.zone)).hour >= FROM_HOUR and biller.payments.gateway_on:
            count += _run_biller(actor, now, biller)
    return count


def _run_biller(actor: Actor, now: datetime, biller: BillerRow) -> int:
    born, done = 0, set[int]()
    while True:
        rows = db.in_transaction(lambda: _claim(now, biller))
        # What was given back a moment ago waits for the next run.
        fresh = [row for row in rows if row.id not in done]
        for wave in _waves(fresh):
            born += _try_wave(actor, now, biller, wave)
        _give_back(now, [row for row in rows if row.id in done])
        done |= {row.id for row in fresh}
        if not fresh:
            return born


def _claim(now: datetime, biller: BillerRow) -> list[ScheduledRow]:
    found = schedule_queries.claim_due(
        biller_id=biller.id,
        today=biller_queries.today(biller=biller, now=now),
        stale_before=now - LEASE,
        limit=CHUNK,
    )
    for row in found:
        if row.status == states.SCHEDULED:
            schedule_operations.transition(scheduled=row, to=states.RUNNING, now=now)
        else:
            row.claimed_at = now
    schedule_operations.save_scheduled(rows=found)
    return schedule_queries.list_rows_by_ids(scheduled_ids=[row.pk for row in found])


def _waves(rows: Sequence[ScheduledRow]) -> list[list[ScheduledRow]]:
    """Split rows so that a payer and account comes once in each part: one payment at a time for them."""
    waves: list[list[ScheduledRow]] = []
    seen: dict[tuple[int, int], int] = {}
    for row in rows:
        pair = (row.account_id, row.payer_id)
        index = seen.get(pair, 0)
        seen[pair] = index + 1
        if index == len(waves):
            waves.append([])
        waves[index].append(row)
    return waves


def _try_wave(actor: Actor, now: datetime, biller: BillerRow, wave: Sequence[ScheduledRow]) -> int:
    """Run a part; where one of it cannot be run at all, run the others one by one. It keeps its lease meanwhile."""
    try:
        return _run_wave(actor, now, biller, wave)
    except db.Busy:
        return 0
    except _NotOurs:
        if len(wave) == 1:
            return 0
    except Exception:
        if len(wave) == 1:
            log.exception("a scheduled payment cannot be run", extra={"ref": wave[0].public_id})
            return 0
    return sum(_try_wave(actor, now, biller, [row]) for row in wave)


def _run_wave(actor: Actor, now: datetime, biller: BillerRow, wave: Sequence[ScheduledRow]) -> int:
    loaded = payment_facts.load(actor=actor, now=now, orders=[_order(row) for row in wave])
    given, told = _given(wave), telling.of(biller=biller, rows=wave)
    today = biller_queries.today(biller=biller, now=now)
    lost = collected.lost(rows=wave)
    decided = [
        (row, lost.get(row.id) or _agreed(row, known, today, told, given))
        for row, known in zip(wave, loaded, strict=True)
    ]
    _stop(actor, now, biller, [(row, item) for row, item in decided if not isinstance(item, Take)])
    takes = [(row, item) for row, item in decided if isinstance(item, Take)]
    if not takes:
        return 0

    def link(births: Sequence[Birth]) -> None:
        _link(actor, now, takes, births)

    births = submit.many(actor=actor, now=now, submissions=[take.submission for _, take in takes], also=link)
    refused = [
        row for (row, _), birth in zip(takes, births, strict=True) if isinstance(birth, errors.Refused)
    ]
    _give_back(now, refused)
    return sum(1 for birth in births if isinstance(birth, Born) and birth.is_new)


def _given(wave: Sequence[ScheduledRow]) -> dict[int, int | None]:
    """Return the rows whose permission names the number that would be charged: given for it, or since it is that.

    With the most that it permits, in minor units; None where that is what is owed.

    No number changes while a row is claimed (`flows.methods.replace`), so what is found here holds until the birth.
    """
    known = agreement_queries.list_given(authorization_ids={row.authorization_id for row in wave})
    replaced = method_queries.list_replaced_at(method_ids={row.method_id for row in wave})
    return {
        row.id: given.amount_minor
        for row in wave
        if (given := known.get(row.authorization_id)) is not None
        and given.method_ref == row.method_ref
        and given.accepted_at >= replaced.get(row.method_id, given.accepted_at)
    }


def _agreed(
    row: ScheduledRow,
    known: Facts,
    today: date,
    told: Mapping[int, Told],
    given: Mapping[int, int | None],
) -> due.Decision:
    """Decide by what is permitted: for the number that would be charged, and up to its amount."""
    if row.id not in given:
        return _not_given(row)
    return _covered(row, _decide(row, known, today, told), given)


def _covered(row: ScheduledRow, decision: due.Decision, given: Mapping[int, int | None]) -> due.Decision:
    """Take nothing where amount and fee come to more than is permitted; they never should."""
    most = given[row.id]
    is_over = isinstance(decision, Take) and most is not None and decision.total_minor > most
    return _not_given(row) if is_over else decision


def _not_given(row: ScheduledRow) -> Cancel:
    """Take nothing: a second try of what the old number did not pay ends alone, all else with its method."""
    return Cancel("retry") if row.tries else due.NO_METHOD


def _order(row: ScheduledRow) -> PayOrder:
    return PayOrder(row.payer_id, row.account_id, row.method_ref, Mode.INVOICES, row.amounts)


def _decide(row: ScheduledRow, known: Facts, today: date, told: Mapping[int, Told]) -> due.Decision:
    return due.decide(row=row, facts=known, today=today, told=told.get(row.id, telling.NOT_YET))


def _link(
    actor: Actor, now: datetime, takes: Sequence[tuple[ScheduledRow, Take]], births: Sequence[Birth]
) -> None:
    """Link what was born to what it was scheduled as, and tell of what is lowered; in the commit of the birth."""
    pairs = [(row, take, birth) for (row, take), birth in zip(takes, births, strict=True)]
    born = {row.id: birth for row, _, birth in pairs if isinstance(birth, Born)}
    rows = schedule_queries.lock_scheduled(scheduled_ids=list(born))
    linked = [row for row in rows if row.status == states.RUNNING]
    if {pk for pk, birth in born.items() if birth.is_new} - {row.pk for row in linked}:
        raise _NotOurs
    if collected.lost(rows=[row for row, _, birth in pairs if isinstance(birth, Born) and birth.is_new]):
        raise _NotOurs
    events = []
    for row in linked:
        event = schedule_operations.transition(scheduled=row, to=states.SUBMITTED, now=now)
        row.payment_id = born[row.pk].payment_id
        details = {"payment": born[row.pk].public_id}
        events.append(audit_operations.NewEvent(actor, row.biller_id, event, row.public_id, details, now))
    schedule_operations.save_scheduled(rows=linked)
    audit_operations.record_many(events)
    lowered = {
        row.id: {
            "taken_minor": take.amount_minor,
            "taken_fee_minor": take.fee_minor,
            "link": f"/billing/payments/{birth.public_id}/",
        }
        for row, take, birth in pairs
        if isinstance(birth, Born) and birth.is_new and take.amount_minor < row.amount_minor
    }
    schedule_notices.queue(now=now, key="scheduled_lowered", scheduled_ids=list(lowered), extra=lowered)


def _stop(
    actor: Actor, now: datetime, biller: BillerRow, items: Sequence[tuple[ScheduledRow, due.Decision]]
) -> None:
    """Cancel, move on or give back what is not taken now; one commit."""
    if items:
        db.in_transaction(lambda: _write_stops(actor, now, biller, {row.id: item for row, item in items}))


def _write_stops(actor: Actor, now: datetime, biller: BillerRow, items: dict[int, due.Decision]) -> None:
    reasons = {pk: item.pauses for pk, item in items.items() if isinstance(item, Cancel) and item.pauses}
    also = pause_behind.run(actor=actor, now=now, reasons=reasons)
    today = biller_queries.today(biller=biller, now=now)
    held = schedule_queries.lock_scheduled(scheduled_ids={*items, *also})
    withdraw.cancel_in_time(actor=actor, now=now, rows=[row for row in held if row.pk not in items])
    rows = [row for row in held if row.pk in items and row.status == states.RUNNING]
    events, canceled = [], []
    for row in rows:
        item = items[row.pk]
        if isinstance(item, Cancel):
            event = schedule_operations.transition(
                scheduled=row, to=states.CANCELED, now=now, reason=item.reason
            )
            canceled.append(row.pk)
        else:
            event = schedule_operations.transition(scheduled=row, to=states.SCHEDULED, now=now)
            if isinstance(item, Move):
                row.run_on = item.run_on
                row.cutoff_at = days.cutoff(biller=biller, run_on=item.run_on)
                # The planner tells of it anew: what was told before names another day.
                row.noticed_on, row.notice_on = None, today
        if not isinstance(item, Wait):
            details = {"reason": row.reason, "run_on": row.run_on.isoformat()}
            events.append(audit_operations.NewEvent(actor, row.biller_id, event, row.public_id, details, now))
    schedule_operations.save_scheduled(rows=rows)
    audit_operations.record_many(events)
    schedule_notices.queue(now=now, key="scheduled_canceled", scheduled_ids=canceled)


def _give_back(now: datetime, refused: Sequence[ScheduledRow]) -> None:
    """Let what changed under our hands wait for the next run."""
    if not refused:
        return

    def give_back() -> None:
        rows = schedule_queries.lock_scheduled(scheduled_ids=[row.id for row in refused])
        mine = [row for row in rows if row.status == states.RUNNING]
        for row in mine:
            schedule_operations.transition(scheduled=row, to=states.SCHEDULED, now=now)
        schedule_operations.save_scheduled(rows=mine)

    db.in_transaction(give_back)
