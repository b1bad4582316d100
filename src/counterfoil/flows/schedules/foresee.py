"""What autopay would do by terms that are not accepted yet: asked of the planner itself, so that it comes true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import WORKER
from counterfoil.flows.schedules import days, plan_autopay, planning
from counterfoil.flows.schedules.planning import Plan
from counterfoil.invoices import queries as invoice_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.rules import queries as rule_queries
from counterfoil.schedules import queries as schedule_queries, states
from counterfoil.schedules.drafts import EnrollmentTerms
from counterfoil.schedules.rows import EnrollmentRow

EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The day of the first payment, None where no bill is open that it would take; and the next days, three at most."""

    first_on: date | None
    examples: tuple[date, ...]


NOTHING: Final = Foreseen(None, ())


def run(
    *,
    now: datetime,
    biller: BillerRow,
    method: MethodRow,
    terms: EnrollmentTerms,
    before: EnrollmentRow | None = None,
    keeps: bool = False,
) -> Foreseen:
    """Return when autopay would pay by these terms, if nothing else changes.

    `before` is the autopay that gets them: what it has waiting is planned anew, or with `keeps` stays as it is.
    """
    if before is not None and _stays_paused(before, keeps=keeps):
        return NOTHING
    today = biller_queries.today(biller=biller, now=now)
    notice_days = rule_queries.integer_at("reg_e_notice_days", on=today)
    plans = _plans(_row(now, biller, method, terms, before), today, notice_days, anew=not keeps)
    if before is not None and before.skip_next:
        plans = plans[1:]
    taken = {plan.run_on for plan in plans} | (_waiting(before) if before is not None and keeps else set())
    known = [*taken, *_days_of_month(terms, plans, today + timedelta(days=notice_days))]
    return Foreseen(min(taken, default=None), tuple(sorted(set(known))[:EXAMPLES]))


def _stays_paused(before: EnrollmentRow, *, keeps: bool) -> bool:
    """Tell whether new terms leave it paused: they bring back what lost its permission or its method alone."""
    is_brought_back = before.pause_reason in {states.UNAUTHORIZED, states.METHOD} and not keeps
    return not before.is_active and not is_brought_back


def _plans(row: EnrollmentRow, today: date, notice_days: int, *, anew: bool) -> list[Plan]:
    targets = plan_autopay.targets_of([row])
    invoices = invoice_queries.list_open_of(actor=WORKER, pairs={target.pair for target in targets})
    known = plan_autopay.known_of(targets, invoices, anew=anew)
    return [
        plan
        for target in targets
        for plan in planning.foresee(
            row=row,
            invoices=invoices.get(target.pair, ()),
            known=known[target],
            today=today,
            full_notice_days=notice_days,
        )
    ]


def _waiting(before: EnrollmentRow) -> set[date]:
    found = schedule_queries.list_scheduled(actor=WORKER, payer_ids=[before.payer_id])
    return {each.run_on for each in found if each.enrollment_ref == before.public_id}


def _days_of_month(terms: EnrollmentTerms, plans: Sequence[Plan], soonest: date) -> list[date]:
    """Return the next days of the month after those planned: none that its notice could not come before."""
    if terms.day_rule != states.DAY_OF_MONTH:
        return []
    after, found = max((plan.nominal_on for plan in plans), default=soonest - days.DAY), list[date]()
    for _unused in range(EXAMPLES):
        after = days.of_month(day=terms.day or 1, after=after)
        found.append(days.bank_day(after))
    return found


def _row(
    now: datetime, biller: BillerRow, method: MethodRow, terms: EnrollmentTerms, before: EnrollmentRow | None
) -> EnrollmentRow:
    """Return the autopay as it would be."""
    return replace(
        before or _new(now, biller, terms),
        status=states.ACTIVE,
        method_id=method.id,
        method_ref=method.public_id,
        method_status=method.status,
        rule=terms.rule,
        amount_minor=terms.amount_minor,
        day_rule=terms.day_rule,
        day=terms.day,
        tell_rule=terms.tell_rule,
        tell_above_minor=terms.tell_above_minor,
        tell_change_minor=terms.tell_change_minor,
    )


def _new(now: datetime, biller: BillerRow, terms: EnrollmentTerms) -> EnrollmentRow:
    """Return autopay that is in no table yet, with what planning asks for."""
    return EnrollmentRow(
        id=0, public_id="", biller_id=biller.id, biller_name=biller.name, payer_id=terms.payer_id, payer_name="",
        account_id=terms.account_id, account_number="", for_whom="", method_id=terms.method_id, method_ref="",
        method_kind="", method_label="", method_status="", authorization_id=0, rule=terms.rule,
        amount_minor=terms.amount_minor, currency=biller.currency, day_rule=terms.day_rule, day=terms.day,
        tell_rule=terms.tell_rule, tell_above_minor=terms.tell_above_minor,
        tell_change_minor=terms.tell_change_minor, status=states.ACTIVE, pause_reason="", failures=0,
        skip_next=False, started_at=now, started_by_name="", ended_at=None, end_number="",
    )  # fmt: skip
