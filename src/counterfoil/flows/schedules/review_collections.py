"""Who will be collected from on a day, and who is left out and why (product.md 6). Sets nothing, moves no money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.schedules import collecting, days, plan_collections
from counterfoil.flows.schedules.collecting import Collection, Excluded
from counterfoil.identity import permissions
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.rules import queries as rule_queries
from counterfoil.schedules import collection_queries, states
from counterfoil.schedules.collection_queries import Announced


@dataclass(frozen=True, slots=True)
class Line:
    """One payer at one account. `reason` is empty for who is collected from; amounts in minor units.

    `is_told` says that it is set and told of already: then the amount is the one that was told, the most that is taken.
    """

    payer: str
    account: str
    amount_minor: int
    run_on: date
    method: str
    reason: str
    is_told: bool


def run(*, actor: Actor, now: datetime, biller_id: int, on: date) -> list[Line]:
    """Return a line for each payer whose collection day is `on` (or whose day moves to it) and account with bills.

    :raises errors.NotPermitted: the role may not see payments.
    """
    actor.demand_staff(permissions.SEE_PAYMENTS, biller_id=biller_id)
    biller = biller_queries.get(biller_id=biller_id)
    lines: list[Line] = []
    after = 0
    while payers := payer_queries.list_collected(
        biller_id=biller_id, after_id=after, limit=plan_collections.CHUNK
    ):
        after = payers[-1].id
        found = {payer: day for payer in payers if (day := _day(payer, on)) is not None}
        if found:
            lines += db.in_transaction(partial(_lines, now, biller, found))
    return lines


def _day(payer: PayerRow, on: date) -> date | None:
    """Return the collection day that is taken on `on`, bank day or not; None where the payer has another one."""
    # A day that is no bank day moves by a long weekend at most.
    first_on = days.of_month(day=payer.collection_day or 1, after=on - timedelta(days=5))
    return first_on if on in {first_on, days.bank_day(first_on)} else None


def _lines(now: datetime, biller: BillerRow, found: dict[PayerRow, date]) -> list[Line]:
    judged = plan_collections.judge(now=now, first_days=found)
    keys = {plan_collections.key_of(each) for each in judged}
    there = collection_queries.list_announced(biller_id=biller.id, keys=keys)
    today = biller_queries.today(biller=biller, now=now)
    notice_days = rule_queries.integer_at(plan_collections.NOTICE_RULE, on=today)
    last = today + timedelta(days=notice_days)
    return [_line(each, there, last) for each in judged]


def _line(each: Collection | Excluded, there: dict[str, Announced], last: date) -> Line:
    known = there.get(plan_collections.key_of(each))
    if known is not None:
        reason = "" if known.status in {*states.OPEN, states.SUBMITTED} else known.status
        return Line(
            each.payer.name, each.account.number, known.amount_minor, known.run_on, known.last4, reason,
            is_told=True,
        )  # fmt: skip
    if isinstance(each, Excluded):
        return Line(
            each.payer.name, each.account.number, each.due_minor, days.bank_day(each.first_on), "", each.reason,
            is_told=False,
        )  # fmt: skip
    # The day is too near to be told of it in time: nothing is set for it any more.
    reason = collecting.NOTICE if each.run_on < last else ""
    return Line(
        each.payer.name, each.account.number, each.amount_minor, each.run_on, each.method.last4, reason,
        is_told=False,
    )  # fmt: skip
