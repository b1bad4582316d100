"""What a biller collects by a standing permission: from whom, how much, on which day. Pure: facts in, one answer out.

It does what the permission says that payers gave (`agreements.standing`), and no more: what is then owed on bills
addressed to the payer, due or past due, on the collection day or the next bank day, told long enough before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from counterfoil.core import errors
from counterfoil.flows.payments import quote as payment_quote
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.schedules import days
from counterfoil.flows.schedules.told import Told
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods import states as method_states
from counterfoil.methods.queries import MethodRow
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.payers.states import Standing
from counterfoil.schedules.rows import ScheduledRow

COLLECTS: Final = "biller_collects"
# A collection is told of this long before its notice is due at the latest: a mail server may be away for a weekend.
AHEAD: Final = timedelta(days=4)
# Why nothing is collected from somebody who chose that; `flows.schedules.review_collections` has the words for staff.
DAY, HOLD, ADDRESS, AUTOPAY, NOTICE = "day", "hold", "address", "autopay", "notice"
NO_METHOD, PERMISSION, DISABLED, EXPIRED, VALIDATION = (
    "no_method", "permission", "disabled", "expired", "validation",
)  # fmt: skip
OTHER_ACCOUNT, NOTHING, SCHEDULED, REFUSED = "other_account", "nothing", "scheduled", "refused"
FAILED = "failed"
# Why one that was told of is not taken.
WHO_PAYS, UNTOLD, LATE, METHOD = "who_pays", "untold", "late", "method"


@dataclass(frozen=True, slots=True)
class Target:
    """One payer at one account, with all that is decided on.

    `methods` has the default first, `permitted` the standing permissions in force by method; `covered` is what is set
    for later of each invoice, in minor units; `failed` names invoices that could not be collected by the permission in
    force; `first_on` is the collection day, bank day or not.
    """

    facts: Facts
    methods: Sequence[MethodRow]
    permitted: Mapping[str, int]
    covered: Mapping[str, int]
    failed: frozenset[str]
    has_autopay: bool
    first_on: date

    @property
    def run_on(self) -> date:
        """The day it is taken: the collection day, or the next bank day."""
        return days.bank_day(self.first_on)


@dataclass(frozen=True, slots=True)
class Collection:
    """What is to be collected: `amounts` by invoice public id, under one standing permission."""

    payer: PayerRow
    account: AccountRow
    method: MethodRow
    authorization_id: int
    amounts: tuple[tuple[str, int], ...]
    first_on: date
    run_on: date

    @property
    def amount_minor(self) -> int:
        """What is told, and the most that is taken."""
        return sum(minor for _, minor in self.amounts)


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody who chose this and is not collected from, and why. `due_minor`: what will be due of their bills."""

    payer: PayerRow
    account: AccountRow
    reason: str
    due_minor: int
    first_on: date


def judge(target: Target) -> Collection | Excluded:
    """Return what is to be collected of a payer at an account, or why nothing is."""
    facts, run_on = target.facts, target.run_on
    all_due = _due(facts.invoices, run_on)
    due = [invoice for invoice in all_due if invoice.public_id not in target.failed]
    owed = min(sum(invoice.payable_minor for invoice in due), facts.outstanding_minor)
    amounts = _amounts(target, due)
    chosen = _method(target)
    reason = _excludes(target)
    if not owed:
        reason = FAILED if len(due) < len(all_due) else NOTHING
    elif not reason and isinstance(chosen, str):
        reason = chosen
    elif not reason and not amounts:
        reason = SCHEDULED
    if not reason and isinstance(chosen, MethodRow) and _is_refused(facts, chosen, amounts):
        reason = REFUSED
    if reason or isinstance(chosen, str):
        left = min(sum(invoice.payable_minor for invoice in all_due), facts.outstanding_minor)
        return Excluded(facts.payer, facts.account, reason, left, target.first_on)
    return Collection(
        payer=facts.payer,
        account=facts.account,
        method=chosen,
        authorization_id=target.permitted[chosen.public_id],
        amounts=amounts,
        first_on=target.first_on,
        run_on=run_on,
    )


def _excludes(target: Target) -> str:
    """Return why nothing is collected, whatever is due and whatever method there is."""
    facts = target.facts
    if facts.account.standing != Standing.ACTIVE:
        return HOLD
    if not is_agreed(facts, target.first_on):
        return DAY
    # Nothing is debited without a word before: somebody who cannot be told is not collected from.
    if not facts.payer.email:
        return ADDRESS
    return AUTOPAY if target.has_autopay else ""


def is_agreed(facts: Facts, first_on: date) -> bool:
    """Tell whether the biller collects from this payer, and on this day of the month."""
    payer = facts.payer
    if payer.who_pays != COLLECTS or payer.collection_day not in facts.biller.portal.days_to_collect:
        return False
    return is_day_of(payer, first_on)


def is_day_of(payer: PayerRow, day: date | None) -> bool:
    """Tell whether this is a day of the month that the payer chose, bank day or not."""
    if payer.collection_day is None or day is None:
        return False
    return days.of_month(day=payer.collection_day, after=day - days.DAY) == day


def _due(invoices: Sequence[InvoiceRow], on: date) -> list[InvoiceRow]:
    """Return the bills addressed to the payer that are due by then, the oldest first; no disputed ones."""
    return [row for row in invoices if is_collectable(row, on)]


def is_collectable(invoice: InvoiceRow, on: date) -> bool:
    """Tell whether a bill is the payer's own, due by then, not disputed, and has something left to pay."""
    return (
        not invoice.shared_by
        and not invoice.is_disputed
        and invoice.due_on <= on
        and invoice.payable_minor > 0
    )


def _amounts(target: Target, due: Sequence[InvoiceRow]) -> tuple[tuple[str, int], ...]:
    """Return what is taken of each bill: by the one sum, less what is set for later already (product.md 7)."""
    facts = target.facts
    payable = sum(invoice.payable_minor for invoice in facts.invoices)
    # Credit, and what is on its way without a bill of its own, pays the next bill by itself: the oldest.
    by_itself = max(0, payable - facts.outstanding_minor)
    parts = []
    for invoice in due:
        free = max(0, invoice.payable_minor - target.covered.get(invoice.public_id, 0))
        own = min(free, by_itself)
        by_itself -= own
        if free > own:
            parts.append((invoice.public_id, free - own))
    return tuple(parts)


def _method(target: Target) -> MethodRow | str:
    """Return the method to collect from, the default one first; or why there is none."""
    if not target.methods:
        return NO_METHOD
    permitted = [method for method in target.methods if method.public_id in target.permitted]
    if not permitted:
        return PERMISSION
    found = {
        method.public_id: _unusable(method, target.facts.account.id, target.run_on) for method in permitted
    }
    usable = [method for method in permitted if not found[method.public_id]]
    return usable[0] if usable else found[permitted[0].public_id]


def _unusable(method: MethodRow, account_id: int, on: date) -> str:
    if method.status != method_states.ACTIVE or not method.is_connected:
        return DISABLED
    if method.is_pending or not method.can_pay:
        return VALIDATION
    if method.is_expired(on=on):
        return EXPIRED
    return "" if method.is_for(account_id=account_id) else OTHER_ACCOUNT


def _is_refused(facts: Facts, method: MethodRow, amounts: tuple[tuple[str, int], ...]) -> bool:
    """Tell whether such a payment would not be taken at all: below the least for cards, a part where none is taken."""
    # The permission is for what is owed: no fee is taken with it.
    order = PayOrder(
        facts.payer.id, facts.account.id, method.public_id, Mode.INVOICES, amounts, most_fee_minor=0
    )
    try:
        payment_quote.make(facts=replace(facts, found_method=method), order=order)
    except errors.Refused:
        return True
    return False


def stopped(*, row: ScheduledRow, facts: Facts, today: date, told: Told) -> str:
    """Return why a collection is not taken on its day; empty where it may be. It never moves: its day was promised."""
    if today > row.run_on:
        return LATE
    if facts.payer.who_pays != COLLECTS:
        return WHO_PAYS
    if row.first_on is None or not is_agreed(facts, row.first_on):
        return DAY
    if told.on is None or told.on + timedelta(days=row.notice_days) > today:
        return UNTOLD
    return METHOD if facts.found_method is None or facts.found_method.is_pending else ""


def still_due(row: ScheduledRow, facts: Facts, today: date) -> tuple[tuple[str, int], ...]:
    """Return what of a collection is for bills that are due now and the payer's own."""
    due = {invoice.public_id for invoice in _due(facts.invoices, today)}
    return tuple((ref, minor) for ref, minor in row.amounts if ref in due)
