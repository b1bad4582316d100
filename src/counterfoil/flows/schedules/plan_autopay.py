"""Autopay sets its payments ahead of their days, and tells of each in time (Reg E 1005.10(d); RE-02, RE-03).

Runs by the hour, when invoices are issued, and when an enrollment begins or changes. How it can fail: two planners
at once (they hold the account and the enrollment one after the other, and the second finds all planned), a crash
(a chunk is one commit; the next run finds what is left), a notice late because nothing ran (the day moves on, so
that nothing is ever taken with less notice than promised), a notice that is queued and never sent (the runner asks
what became of it, `flows.schedules.told`, and moves what was not told of; it is told of here anew).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, ids
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.flows.schedules import days, planning
from counterfoil.flows.schedules.planning import Ask, Known, Plan
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.states import Standing
from counterfoil.rules import queries as rule_queries
from counterfoil.schedules import (
    operations as schedule_operations,
    plan_queries,
    queries as schedule_queries,
    states,
)
from counterfoil.schedules.operations import NewScheduled
from counterfoil.schedules.queries import Enrollment
from counterfoil.schedules.rows import EnrollmentRow, pairs

CHUNK = 200
SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Target:
    """One enrollment at one account."""

    row: EnrollmentRow
    account_id: int

    @property
    def pair(self) -> tuple[int, int]:
        """Account and payer."""
        return self.account_id, self.row.payer_id


@dataclass(frozen=True, slots=True)
class Made:
    """What is to be written for one target."""

    target: Target
    plan: Plan
    is_skipped: bool


def run(
    *,
    actor: Actor,
    now: datetime,
    biller_id: int | None = None,
    payer_ids: Collection[int] | None = None,
) -> int:
    """Plan what autopay is to pay, and send the notices that are due; return how many payments were set.

    Never plans what is paid, pending or scheduled already.
    """
    found = schedule_queries.biller_ids_planning() if biller_id is None else [biller_id]
    count = 0
    for biller in biller_queries.list_by_ids(biller_ids=found).values():
        if biller.portal.autopay_on and biller.payments.gateway_on:
            count += _plan_biller(actor, now, biller, payer_ids)
    for biller_id_ in schedule_queries.biller_ids_telling() if biller_id is None else [biller_id]:
        _tell_due(now, biller_queries.get(biller_id=biller_id_))
    return count


def _plan_biller(actor: Actor, now: datetime, biller: BillerRow, payer_ids: Collection[int] | None) -> int:
    count, after = 0, 0
    while rows := schedule_queries.list_planning(
        biller_id=biller.id, after_id=after, limit=CHUNK, payer_ids=payer_ids
    ):
        after = rows[-1].id
        targets = targets_of(rows)
        if targets:
            count += db.in_transaction(partial(_plan_chunk, actor, now, biller, targets))
    return count


def targets_of(rows: Sequence[EnrollmentRow]) -> list[Target]:
    """Return where each enrollment has something open to plan; one for all accounts leaves out those with their own.

    What somebody took of another's bill is on that other's account: the open sums name it, too.
    """
    payer_ids = sorted({row.payer_id for row in rows})
    own = schedule_queries.list_living_pairs(payer_ids=payer_ids)
    people = {row.id: row for row in payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=payer_ids)}
    accounts: dict[int, list[int]] = {}
    opened = invoice_queries.sum_open(actor=WORKER, payer_ids=payer_ids)
    held = _on_hold({summed.account_id for summed in opened})
    for summed in opened:
        if summed.account_id not in held:
            accounts.setdefault(summed.payer_id, []).append(summed.account_id)
    targets = []
    for row in rows:
        # Nothing is debited without a word before: somebody who cannot be told is not debited.
        if row.method_status != "active" or not people[row.payer_id].email:
            continue
        here = sorted(accounts.get(row.payer_id, []))
        targets += [
            Target(row, account_id)
            for account_id in here
            if row.account_id == account_id
            or (row.account_id is None and (row.payer_id, account_id) not in own)
        ]
    return targets


def _on_hold(account_ids: Collection[int]) -> set[int]:
    """Return those of these accounts that nothing is debited for, and nobody told of a debit."""
    rows = payer_queries.list_accounts_by_ids(actor=WORKER, account_ids=account_ids)
    return {row.id for row in rows if row.standing == Standing.ON_HOLD}


def _plan_chunk(actor: Actor, now: datetime, biller: BillerRow, targets: Sequence[Target]) -> int:
    payer_queries.lock_accounts(account_ids={target.account_id for target in targets})
    enrollments = {
        row.pk: row
        for row in schedule_queries.lock_enrollments(enrollment_ids={t.row.id for t in targets})
        if row.status == states.ACTIVE
    }
    # What was read before the locks may have changed meanwhile: terms count as they are now.
    fresh = {
        row.id: row for row in schedule_queries.list_enrollment_rows_by_ids(enrollment_ids=list(enrollments))
    }
    today = biller_queries.today(biller=biller, now=now)
    notice_days = rule_queries.integer_at("reg_e_notice_days", on=today)
    living = [Target(fresh[t.row.id], t.account_id) for t in targets if t.row.id in fresh]
    invoices = invoice_queries.list_open_of(actor=WORKER, pairs={t.pair for t in living})
    known = known_of(living, invoices)
    made: list[Made] = []
    asks: list[tuple[Target, Ask]] = []
    for target in living:
        opened = invoices.get(target.pair, ())
        for item in planning.make(
            row=target.row, invoices=opened, known=known[target], today=today, full_notice_days=notice_days
        ):
            if isinstance(item, Ask):
                asks.append((target, item))
            else:
                made.append(Made(target, item, _takes_skip(enrollments[target.row.id])))
    _write(actor, now, biller, made, today)
    _ask(now, asks)
    return sum(1 for each in made if not each.is_skipped)


def _takes_skip(enrollment: Enrollment) -> bool:
    if not enrollment.skip_next:
        return False
    schedule_operations.mark_skip(enrollment=enrollment, skips=False)
    return True


def known_of(
    targets: Sequence[Target], invoices: dict[tuple[int, int], list[InvoiceRow]], *, anew: bool = False
) -> dict[Target, Known]:
    """Return what is set or was planned already for each target.

    With `anew` as it will be once these enrollments have other terms: what they have waiting is withdrawn then.
    """
    enrollment_ids = {target.row.id for target in targets}
    refs = {invoice.public_id for rows in invoices.values() for invoice in rows}
    waiting = schedule_queries.list_of_pairs(pairs_={target.pair for target in targets})
    if anew:
        waiting = [
            each
            for each in waiting
            if each.enrollment_id not in enrollment_ids or each.status != states.SCHEDULED
        ]
    planned = schedule_queries.planned_refs(enrollment_ids=enrollment_ids, refs=refs, anew=anew)
    raised = plan_queries.map_raised(enrollment_ids=enrollment_ids, refs=refs, anew=anew)
    last = schedule_queries.last_amounts(enrollment_ids=enrollment_ids)
    found = {}
    for target in targets:
        covered: dict[str, int] = {}
        on_day: dict[date, int] = {}
        for each in waiting:
            if (each.account_id, each.payer_id) != target.pair:
                continue
            for ref, minor in pairs(each.amounts):
                covered[ref] = covered.get(ref, 0) + minor
            if each.enrollment_id == target.row.id and each.first_on and each.origin == states.AUTOPAY:
                on_day[each.first_on] = on_day.get(each.first_on, 0) + each.amount_minor
        mine = {(ref, on) for enrollment_id, ref, on in planned if enrollment_id == target.row.id}
        added = {
            ref: minor for (enrollment_id, ref), minor in raised.items() if enrollment_id == target.row.id
        }
        found[target] = Known(covered, mine, on_day, last.get((target.row.id, target.account_id)), added)
    return found


def _write(actor: Actor, now: datetime, biller: BillerRow, made: Sequence[Made], today: date) -> None:
    drafts = [_draft(biller, each, today) for each in made]
    born = schedule_operations.create_scheduled(actor=actor, drafts=drafts, now=now)
    audit_operations.record_many(
        [
            audit_operations.NewEvent(
                actor, biller.id, "schedule.skipped" if each.is_skipped else "schedule.created", public_id,
                {"amount_minor": each.plan.amount_minor, "run_on": each.plan.run_on.isoformat()}, now,
            )
            for each, (_, public_id) in zip(made, born, strict=True)
        ]
    )  # fmt: skip
    told = {
        row_id: {
            "before_minor": each.plan.before_minor,
            "moved": each.plan.is_moved,
            "notice_days": each.plan.notice_days,
        }
        for each, (row_id, _) in zip(made, born, strict=True)
        if not each.is_skipped and each.plan.notice_on <= today
    }
    schedule_notices.queue(now=now, key="autopay_notice", scheduled_ids=list(told), extra=told)
    skipped = [row_id for each, (row_id, _) in zip(made, born, strict=True) if each.is_skipped]
    schedule_notices.queue(now=now, key="scheduled_canceled", scheduled_ids=skipped)


def _draft(biller: BillerRow, made: Made, today: date) -> NewScheduled:
    row, plan = made.target.row, made.plan
    key = ids.new("scheduled")
    return NewScheduled(
        biller_id=biller.id,
        account_id=made.target.account_id,
        payer_id=row.payer_id,
        method_id=row.method_id,
        authorization_id=row.authorization_id,
        key=key,
        request_hash=key,
        origin=states.AUTOPAY,
        mode="invoices",
        amounts=plan.amounts,
        currency=biller.currency,
        run_on=plan.run_on,
        cutoff_at=days.cutoff(biller=biller, run_on=plan.run_on),
        enrollment_id=row.id,
        first_on=plan.nominal_on,
        notice_on=plan.notice_on,
        noticed_on=today if plan.notice_on <= today else None,
        notice_days=plan.notice_days,
        status=states.SKIPPED if made.is_skipped else states.SCHEDULED,
        reason=SKIPPED if made.is_skipped else "",
    )


def _ask(now: datetime, asks: Sequence[tuple[Target, Ask]]) -> None:
    """Ask about what is above the cap, once for each set of bills."""
    for target, ask in asks:
        schedule_notices.queue_enrollments(
            now=now,
            key="autopay_ask",
            enrollment_ids=[target.row.id],
            extra={target.row.id: {"asked_minor": ask.amount_minor, "due_on": ask.due_on.isoformat()}},
            once=f"{ask.refs[0]}:{len(ask.refs)}:{ask.amount_minor}",
        )


def _tell_due(now: datetime, biller: BillerRow) -> None:
    """Queue the notices whose day has come; where it is late for one, its payment moves on."""
    today = biller_queries.today(biller=biller, now=now)
    while found := schedule_queries.notice_due_ids(biller_id=biller.id, today=today, limit=CHUNK):
        db.in_transaction(partial(_tell, now, biller, found, today))


def _tell(now: datetime, biller: BillerRow, found: Sequence[int], today: date) -> None:
    rows = schedule_queries.lock_scheduled(scheduled_ids=found)
    told = [row for row in rows if row.status == states.SCHEDULED and row.noticed_on is None]
    moved = set()
    for row in told:
        soonest = days.bank_day(today + timedelta(days=row.notice_days))
        if row.run_on < soonest:
            row.run_on, row.cutoff_at = soonest, days.cutoff(biller=biller, run_on=soonest)
        if row.first_on is not None and row.run_on > days.bank_day(row.first_on):
            moved.add(row.pk)
        row.noticed_on = today
    schedule_operations.save_scheduled(rows=told)
    extra = {row.pk: {"notice_days": row.notice_days, "moved": row.pk in moved} for row in told}
    schedule_notices.queue(
        now=now,
        key="autopay_notice",
        scheduled_ids=list(extra),
        extra=extra,
        once=today.isoformat(),
    )
