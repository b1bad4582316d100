"""Reminds payers of what is due soon and of what is past its due date (E9).

It could go wrong in these ways, and this is what stands against each: a reminder goes out twice (a mark for each
invoice and step, unique in the database, in the notice's own commit); one is lost (nothing is marked before the
notice is queued); two workers remind at once (the second finds the marks); somebody is reminded of what is paid,
pending, set for later, on hold or disputed (read in the same transaction, by the one sum); it comes at night
(quiet hours, where the biller is); thousands are mailed about old invoices after an import, or after the worker
stood still (a step whose day came before the invoice was put in, or more than a week ago, is passed over).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.billers.settings import NoticeSettings
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.notices import bills
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.notices import choices, operations as notice_operations, queries as notice_queries
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payers.states import Standing
from counterfoil.payments import balances
from counterfoil.payments.balances import Balance
from counterfoil.schedules import queries as schedule_queries

CHUNK: Final = 200
# A step that was missed by more than this is passed over.
LATE: Final = timedelta(days=7)
SOON, OVERDUE = "invoice_due_soon", "invoice_overdue"


@dataclass(frozen=True, slots=True)
class _Step:
    """One invoice at the step it stands at today."""

    invoice: InvoiceRow
    kind: str
    # With the due date in it: an invoice that gets another one is reminded of anew.
    name: str
    is_due: bool

    @property
    def mark(self) -> tuple[int, str, str]:
        """What makes it once."""
        return self.invoice.payer_id, self.invoice.public_id, self.name


@dataclass(frozen=True, slots=True)
class _Day:
    """What every payer of one biller shares in one run."""

    actor: Actor
    now: datetime
    biller: BillerRow
    rules: NoticeSettings
    today: date


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Queue the reminders that are due now at each biller, in its own time; return how many messages.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    if not actor.is_system:
        raise errors.NotPermitted("Only the installation itself sends reminders.")
    billers = biller_queries.list_all() if biller_id is None else [biller_queries.get(biller_id=biller_id)]
    return sum(_at_biller(actor, now, biller) for biller in billers)


def _at_biller(actor: Actor, now: datetime, biller: BillerRow) -> int:
    rules = cast(NoticeSettings, biller_queries.get_settings(biller_id=biller.id, section="notices")[1])
    local = now.astimezone(ZoneInfo(biller.zone))
    # What a collector may send, and when, has rules of its own (RF): nothing goes out by this flow.
    if biller.collector_mode or not biller.portal.portal_on or not rules.may_send_at(local.hour):
        return 0
    day = _Day(actor, now, biller, rules, local.date())
    until = day.today + timedelta(days=rules.due_soon_days)
    sent, after = 0, 0
    while payer_ids := invoice_queries.list_payers_due(
        biller_id=biller.id, due_by=until, after_id=after, limit=CHUNK
    ):
        sent += db.in_transaction(lambda ids=payer_ids: _remind(day, ids))  # type: ignore[misc]
        after = payer_ids[-1]
    return sent


def _remind(day: _Day, payer_ids: Collection[int]) -> int:
    """Remind some payers in one commit, in the same number of statements however many they are."""
    owed = _owing(day, payer_ids)
    payers = _reachable(day, {payer_id for _, payer_id in owed})
    opened = invoice_queries.list_open_of(actor=day.actor, pairs=[p for p in owed if p[1] in payers])
    rows = [row for found in opened.values() for row in found if row.payable_minor and not row.is_disputed]
    put_in = invoice_queries.map_created(invoice_ids=[row.id for row in rows])
    zone = ZoneInfo(day.biller.zone)
    steps = [
        step for row in rows if (step := _step(day, row, put_in[row.id].astimezone(zone).date())) is not None
    ]
    known = notice_queries.list_reminded(subject_refs={step.invoice.public_id for step in steps})
    groups: dict[tuple[int, str], list[_Step]] = {}
    for step in steps:
        groups.setdefault((step.invoice.payer_id, step.kind), []).append(step)
    # Of what is past due all is named as soon as one invoice has come to a new step.
    due = [group for group in groups.values() if any(s.is_due and s.mark[1:] not in known for s in group)]
    marks = sorted(step.mark for group in due for step in group if step.is_due)
    born = notice_operations.mark_reminded(biller_id=day.biller.id, marks=marks, now=day.now)
    told = [(group, min(new)) for group in due if (new := born & {step.mark[1:] for step in group})]
    notice_operations.queue_many(
        [_notice(day, group, payers, owed) | {"once": f"{ref}:{step}"} for group, (ref, step) in told],
        now=day.now,
    )
    return len(told)


def _owing(day: _Day, payer_ids: Collection[int]) -> dict[tuple[int, int], Balance]:
    """Return who owes something now, by account and payer, with nothing on its way, set for later or on hold."""
    sums = balances.list_for(actor=day.actor, payer_ids=payer_ids, billers={day.biller.id: day.biller})
    scheduled = schedule_queries.sum_scheduled(actor=day.actor, payer_ids=payer_ids)
    owed = {
        (balance.account_id, balance.payer_id): balance
        for balance in sums
        if balance.outstanding_minor and not balance.pending_minor
    }
    active = {
        account.id
        for account in payer_queries.list_accounts_by_ids(
            actor=day.actor, account_ids={account_id for account_id, _ in owed}
        )
        if account.standing == Standing.ACTIVE
    }
    return {pair: sums for pair, sums in owed.items() if pair not in scheduled and pair[0] in active}


def _reachable(day: _Day, payer_ids: Collection[int]) -> dict[int, PayerRow]:
    wanting = notice_queries.wanting(payer_ids=payer_ids, switch=choices.REMINDERS)
    payers = payer_queries.list_payers_by_ids(actor=day.actor, payer_ids=wanting)
    return {payer.id: payer for payer in payers if payer.email}


def _step(day: _Day, row: InvoiceRow, put_in_on: date) -> _Step | None:
    """Return at which step an invoice stands today: none before the first one."""
    if row.due_on >= day.today:
        steps = (
            [(SOON, 0, row.due_on - timedelta(days=day.rules.due_soon_days))]
            if day.rules.due_soon_days
            else []
        )
    else:
        steps = [
            (OVERDUE, number, row.due_on + timedelta(days=days))
            for number, days in enumerate(day.rules.overdue_days, start=1)
        ]
    reached = [step for step in steps if step[2] <= day.today]
    if not reached:
        # Past due and before its first step: named when another invoice has come to one.
        return _Step(row, OVERDUE, "", is_due=False) if row.due_on < day.today else None
    kind, number, since = reached[-1]
    is_due = put_in_on < since and day.today - since <= LATE
    return _Step(row, kind, f"{kind}:{number}:{row.due_on.isoformat()}", is_due=is_due)


def _notice(
    day: _Day,
    group: list[_Step],
    payers: Mapping[int, PayerRow],
    owed: Mapping[tuple[int, int], Balance],
) -> NewNotice:
    named = [step.invoice for step in group if step.kind == OVERDUE or step.is_due]
    named.sort(key=lambda row: (row.due_on, row.id))
    payer = payers[named[0].payer_id]
    # Never more than the one sum says (product.md 7).
    most = sum(owed[pair].outstanding_minor for pair in {(row.account_id, row.payer_id) for row in named})
    return NewNotice(
        biller_id=day.biller.id,
        key=group[0].kind,
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=day.biller.zone,
        data={
            "biller": bills.face(day.biller),
            "payer_name": payer.name,
            "due_on": named[0].due_on.isoformat(),
            "lines": [bills.line(row) for row in named],
            "total_minor": min(most, sum(row.payable_minor for row in named)),
            "currency": named[0].currency,
            "link": bills.link(named),
        },
        subject_ref=named[0].public_id,
    )
