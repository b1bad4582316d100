"""A biller's collections are set ahead of their days, and told of in time: by the worker, every hour.

What payers permitted is what is done (`agreements.standing`). How it can fail, and what stands against it:

- Two planners at once, or a killed one: the accounts are held one after the other, a chunk is one commit, and a
  collection's key is its account, payer and day, which the database takes once. What was canceled is not set again
  for that day: it is told of once.
- The permission ends while it is set: the methods are held here and there, so who is second sees the first.
- The notice is late because nothing ran: the day is left out, nothing is taken with less notice than promised. One
  that is queued and never sent is found on the day (`flows.schedules.collecting.stopped`): canceled, and told.
- Something changes before the day (who pays, the permission, the method, autopay, the bills): it is canceled or
  lowered, at once where that is known (`withdraw_collections`) and on the day all the same (`run_due`).
- It is declined or returned: told, and its bills are not collected again by this permission, on no later day either;
  where the method or the permission is in doubt the permission ends (`flows.payments.standing_ends`).
- Planning fails for one payer: the others of the chunk are planned one by one, and the next hour tries again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from counterfoil.agreements import queries as agreement_queries
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments import facts as payment_facts, schedule_notices
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.schedules import collecting, days
from counterfoil.flows.schedules.collecting import Collection, Excluded, Target
from counterfoil.invoices import queries as invoice_queries
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.rules import queries as rule_queries
from counterfoil.schedules import (
    collection_queries,
    operations as schedule_operations,
    queries as schedule_queries,
    states,
)
from counterfoil.schedules.operations import NewScheduled
from counterfoil.schedules.rows import pairs

log = logging.getLogger(__name__)
CHUNK: Final = 200
NOTICE_RULE: Final = "reg_e_notice_days"


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Set and tell of what is collected next; return how many collections were set."""
    billers = biller_queries.list_all() if biller_id is None else [biller_queries.get(biller_id=biller_id)]
    return sum(
        _plan_biller(actor, now, biller)
        for biller in billers
        if biller.portal.collects and biller.payments.gateway_on
    )


def _plan_biller(actor: Actor, now: datetime, biller: BillerRow) -> int:
    today = biller_queries.today(biller=biller, now=now)
    notice_days = rule_queries.integer_at(NOTICE_RULE, on=today)
    count, after = 0, 0
    while payers := payer_queries.list_collected(biller_id=biller.id, after_id=after, limit=CHUNK):
        after = payers[-1].id
        due = [payer for payer in payers if _is_time(payer, today, notice_days)]
        if due:
            count += _try_chunk(actor, now, biller, due, notice_days)
    return count


def _try_chunk(
    actor: Actor, now: datetime, biller: BillerRow, payers: Sequence[PayerRow], notice_days: int
) -> int:
    """Plan for these payers; where that cannot be done for one of them, the others are planned one by one."""
    try:
        return db.in_transaction(partial(_plan_chunk, actor, now, biller, payers, notice_days))
    except db.Busy:
        # Somebody pays just now: the next hour is early enough.
        return 0
    except Exception:
        if len(payers) == 1:
            log.exception(
                "what is collected from a payer cannot be planned", extra={"ref": payers[0].public_id}
            )
            return 0
    return sum(_try_chunk(actor, now, biller, [payer], notice_days) for payer in payers)


def _is_time(payer: PayerRow, today: date, notice_days: int) -> bool:
    """Tell whether this payer's next collection is told of now: early enough, and not much earlier."""
    notice = timedelta(days=notice_days)
    run_on = days.bank_day(next_day(payer, today))
    return run_on - notice - collecting.AHEAD <= today <= run_on - notice


def next_day(payer: PayerRow, today: date) -> date:
    """Return the next collection day of a payer that has one, bank day or not."""
    return days.of_month(day=payer.collection_day or 1, after=today)


def _plan_chunk(
    actor: Actor, now: datetime, biller: BillerRow, payers: Sequence[PayerRow], notice_days: int
) -> int:
    today = biller_queries.today(biller=biller, now=now)
    sums = invoice_queries.sum_open(actor=WORKER, payer_ids=[payer.id for payer in payers])
    payer_queries.lock_accounts(account_ids={summed.account_id for summed in sums})
    method_queries.lock(method_ids=[method.id for method in _methods(payers)])
    # What was read before the locks may have changed meanwhile.
    fresh = payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=[payer.id for payer in payers])
    due = [
        payer
        for payer in fresh
        if payer.who_pays == collecting.COLLECTS and _is_time(payer, today, notice_days)
    ]
    judged = judge(now=now, first_days={payer: next_day(payer, today) for payer in due})
    found = [each for each in judged if isinstance(each, Collection)]
    known = collection_queries.list_announced(biller_id=biller.id, keys={key_of(each) for each in found})
    return _write(actor, now, biller, [each for each in found if key_of(each) not in known], notice_days)


def key_of(each: Collection | Excluded) -> str:
    """Return what a collection is known by, once for ever."""
    return collection_queries.key(account_id=each.account.id, payer_id=each.payer.id, first_on=each.first_on)


def judge(*, now: datetime, first_days: dict[PayerRow, date]) -> list[Collection | Excluded]:
    """Return what is to be collected from each of these payers on their day, or why nothing is, account by account."""
    payers = {payer.id: payer for payer in first_days}
    sums = invoice_queries.sum_open(actor=WORKER, payer_ids=list(payers))
    orders = [PayOrder(each.payer_id, each.account_id, "", Mode.INVOICES) for each in sums]
    if not orders:
        return []
    loaded = payment_facts.load(actor=WORKER, now=now, orders=orders)
    methods = _methods(list(payers.values()))
    permitted = agreement_queries.map_standing(method_refs={method.public_id for method in methods})
    living = schedule_queries.list_living_pairs(payer_ids=list(payers))
    failed = collection_queries.list_failed(authorization_ids=permitted.values())
    covered = _covered({(order.account_id, order.payer_id) for order in orders})
    return [
        collecting.judge(
            Target(
                facts=facts,
                methods=[method for method in methods if method.payer_id == facts.payer.id],
                permitted=permitted,
                covered=covered.get((facts.account.id, facts.payer.id), {}),
                failed=failed.get((facts.account.id, facts.payer.id), frozenset()),
                has_autopay=bool({(facts.payer.id, facts.account.id), (facts.payer.id, None)} & living),
                first_on=first_days[payers[facts.payer.id]],
            )
        )
        for facts in loaded
    ]


def _methods(payers: Sequence[PayerRow]) -> list[MethodRow]:
    return method_queries.list_for(actor=WORKER, payer_ids=[payer.id for payer in payers])


def _covered(found: set[tuple[int, int]]) -> dict[tuple[int, int], dict[str, int]]:
    """Return what is set for later of each invoice, by account and payer."""
    covered: dict[tuple[int, int], dict[str, int]] = {}
    for row in schedule_queries.list_of_pairs(pairs_=found):
        sums = covered.setdefault((row.account_id, row.payer_id), {})
        for ref, minor in pairs(row.amounts):
            sums[ref] = sums.get(ref, 0) + minor
    return covered


def _write(
    actor: Actor, now: datetime, biller: BillerRow, made: Sequence[Collection], notice_days: int
) -> int:
    today = biller_queries.today(biller=biller, now=now)
    drafts = [_draft(biller, each, today, notice_days) for each in made]
    born = schedule_operations.create_scheduled(actor=actor, drafts=drafts, now=now)
    audit_operations.record_many(
        [
            audit_operations.NewEvent(
                actor, biller.id, "schedule.created", public_id,
                {"amount_minor": each.amount_minor, "run_on": each.run_on.isoformat(), "origin": states.PULL}, now,
            )
            for each, (_, public_id) in zip(made, born, strict=True)
        ]
    )  # fmt: skip
    told = {
        row_id: {"notice_days": notice_days, "collection_on": each.first_on.isoformat()}
        for each, (row_id, _) in zip(made, born, strict=True)
    }
    schedule_notices.queue(now=now, key="collection_coming", scheduled_ids=list(told), extra=told)
    return len(born)


def _draft(biller: BillerRow, made: Collection, today: date, notice_days: int) -> NewScheduled:
    key = key_of(made)
    return NewScheduled(
        biller_id=biller.id,
        account_id=made.account.id,
        payer_id=made.payer.id,
        method_id=made.method.id,
        authorization_id=made.authorization_id,
        key=key,
        request_hash=key[:64],
        origin=states.PULL,
        mode=Mode.INVOICES.value,
        amounts=made.amounts,
        currency=biller.currency,
        run_on=made.run_on,
        cutoff_at=days.cutoff(biller=biller, run_on=made.run_on),
        first_on=made.first_on,
        notice_on=today,
        noticed_on=today,
        notice_days=notice_days,
    )
