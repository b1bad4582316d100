"""What autopay is to plan for one enrollment and account. Pure: facts in, at most one plan a day out.

An invoice is planned once under an enrollment that pays on due dates, whatever became of that plan: a debit that
failed is tried again by the law's rules alone (`schedules.policy`), never by planning it anew. With a day of the
month the same holds for each month.

What staff add to an invoice whose debit goes on as it was told is planned by itself, up to what was added; a fixed
amount is taken of each invoice once, so the payer owes that. With a day of the month the next month takes it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from counterfoil.flows.schedules import days
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.schedules import states
from counterfoil.schedules.rows import EnrollmentRow

# A day of the month is planned this long before its notice is due, when most of its bills are there.
MONTH_AHEAD: Final = timedelta(days=7)
SHORT_NOTICE_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What is set or was planned already for one enrollment and account.

    `covered`: minor units by invoice that any open scheduled payment takes; `planned`: invoice and day of what this
    enrollment ever planned; `on_day`: minor units this enrollment has waiting, by its own day; `last_minor`: what
    its last payment took; `raised`: minor units added to invoices after their last plan.
    """

    covered: Mapping[str, int]
    planned: Collection[tuple[str, date]]
    on_day: Mapping[date, int]
    last_minor: int | None
    raised: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Part:
    """What of one invoice is to be planned. `counted` counts towards the cap, with what was taken of it before."""

    ref: str
    left: int
    counted: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One payment to be set: for which invoices, on which bank day, told how long before."""

    amounts: tuple[tuple[str, int], ...]
    nominal_on: date
    run_on: date
    notice_days: int
    notice_on: date
    before_minor: int | None

    @property
    def amount_minor(self) -> int:
        """What it takes."""
        return sum(minor for _, minor in self.amounts)

    @property
    def is_moved(self) -> bool:
        """Tell whether the notice made it later than its own day."""
        return self.run_on > days.bank_day(self.nominal_on)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is above the cap: nothing is planned, the payer is asked."""

    amount_minor: int
    due_on: date
    refs: tuple[str, ...]


def make(
    *,
    row: EnrollmentRow,
    invoices: Sequence[InvoiceRow],
    known: Known,
    today: date,
    full_notice_days: int,
) -> list[Plan | Ask]:
    """Return what is to be planned or asked; invoices come oldest due first."""
    made: list[Plan | Ask] = []
    for nominal, group in _groups(row, invoices, known, today, full_notice_days).items():
        whole = sum(part.left for part in group)
        waiting = known.on_day.get(nominal, 0)
        counted = sum(part.counted for part in group)
        if row.rule == states.CAPPED and counted + waiting > (row.amount_minor or 0):
            due_on = max(nominal, today)
            made.append(Ask(whole, due_on, tuple(part.ref for part in group)))
            continue
        most = whole if row.rule != states.FIXED else max(0, (row.amount_minor or 0) - waiting)
        amounts = _spread(group, most)
        if amounts:
            made.append(_plan(row, amounts, nominal, known, today, full_notice_days))
    return made


def foresee(
    *,
    row: EnrollmentRow,
    invoices: Sequence[InvoiceRow],
    known: Known,
    today: date,
    full_notice_days: int,
) -> list[Plan]:
    """Return what will be planned of these bills if nothing changes: a day of the month that is too far off, too."""
    at = today
    if row.day_rule == states.DAY_OF_MONTH:
        ahead = timedelta(days=full_notice_days) + MONTH_AHEAD
        at = max(today, days.of_month(day=row.day or 1, after=today) - ahead)
    made = make(row=row, invoices=invoices, known=known, today=at, full_notice_days=full_notice_days)
    return [each for each in made if isinstance(each, Plan)]


def _groups(
    row: EnrollmentRow,
    invoices: Sequence[InvoiceRow],
    known: Known,
    today: date,
    full_notice_days: int,
) -> dict[date, list[_Part]]:
    groups: dict[date, list[_Part]] = {}
    for invoice in invoices:
        nominal = _nominal(row, invoice, today, full_notice_days)
        if nominal is None or invoice.is_disputed:
            continue
        part = _part(row, invoice, nominal, known)
        if part.left > 0:
            groups.setdefault(nominal, []).append(part)
    return groups


def _part(row: EnrollmentRow, invoice: InvoiceRow, nominal: date, known: Known) -> _Part:
    """Return what of an invoice may be planned: all that is left, or what was added since it was planned."""
    ref = invoice.public_id
    covered = known.covered.get(ref, 0)
    left = invoice.payable_minor - covered
    if not _is_planned(row, ref, nominal, known):
        return _Part(ref, left, left)
    is_for_due_date = row.day_rule == states.DUE_DATE and row.rule != states.FIXED
    added = min(left, known.raised.get(ref, 0)) if is_for_due_date else 0
    return _Part(ref, added, invoice.total_minor - covered)


def _nominal(row: EnrollmentRow, invoice: InvoiceRow, today: date, full_notice_days: int) -> date | None:
    """Return the day autopay is for; None where it is too early to plan it."""
    if row.day_rule == states.DUE_DATE:
        return invoice.due_on
    day = days.of_month(day=row.day or 1, after=today)
    ahead = timedelta(days=full_notice_days) + MONTH_AHEAD
    return day if day - ahead <= today else None


def _is_planned(row: EnrollmentRow, ref: str, nominal: date, known: Known) -> bool:
    if row.day_rule == states.DUE_DATE:
        return any(planned == ref for planned, _ in known.planned)
    return (ref, nominal) in known.planned


def _spread(group: Sequence[_Part], most: int) -> tuple[tuple[str, int], ...]:
    amounts, left = [], most
    for each in group:
        part = min(each.left, left)
        if part > 0:
            amounts.append((each.ref, part))
            left -= part
    return tuple(amounts)


def _plan(
    row: EnrollmentRow,
    amounts: tuple[tuple[str, int], ...],
    nominal: date,
    known: Known,
    today: date,
    full_notice_days: int,
) -> Plan:
    amount = sum(minor for _, minor in amounts)
    notice_days = full_notice_days if needs_full_notice(row, amount, known.last_minor) else SHORT_NOTICE_DAYS
    run_on = days.bank_day(max(nominal, today + timedelta(days=notice_days)))
    tells_now = notice_days == full_notice_days
    notice_on = today if tells_now else max(today, run_on - timedelta(days=notice_days))
    return Plan(amounts, nominal, run_on, notice_days, notice_on, known.last_minor)


def needs_full_notice(row: EnrollmentRow, amount: int, last_minor: int | None) -> bool:
    """Tell whether this amount is told ten days before: always, or outside the range the payer chose (RE-03)."""
    if row.tell_rule == states.TELL_EVERY or last_minor is None:
        return True
    is_above = row.tell_above_minor is not None and amount > row.tell_above_minor
    change = abs(amount - last_minor)
    return is_above or (row.tell_change_minor is not None and change > row.tell_change_minor)
