"""What the queries of this noun hand out: frozen, with nothing to load behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from counterfoil.schedules import states


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """Autopay as a page shows it; `account_id` and `for_whom` are empty where it is for all accounts."""

    id: int
    public_id: str
    biller_id: int
    biller_name: str
    payer_id: int
    payer_name: str
    account_id: int | None
    account_number: str
    for_whom: str
    method_id: int
    method_ref: str
    method_kind: str
    method_label: str
    method_status: str
    authorization_id: int
    rule: str
    amount_minor: int | None
    currency: str
    day_rule: str
    day: int | None
    tell_rule: str
    tell_above_minor: int | None
    tell_change_minor: int | None
    status: str
    pause_reason: str
    failures: int
    skip_next: bool
    started_at: datetime
    started_by_name: str
    ended_at: datetime | None
    end_number: str

    @property
    def is_active(self) -> bool:
        """Tell whether it plans payments."""
        return self.status == states.ACTIVE

    @property
    def needs_permission(self) -> bool:
        """Tell whether only a new authorization brings it back (NA-17)."""
        return self.status == states.PAUSED and self.pause_reason == states.UNAUTHORIZED


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """One scheduled payment as a page shows it. Amounts in minor units; `amounts` by invoice public id.

    `is_superseded`: its autopay has been agreed to anew since, by other terms or with another method. `first_on`: the
    day it is for, bank day or not, where autopay or a collection set it.
    """

    id: int
    public_id: str
    biller_id: int
    biller_name: str
    account_id: int
    account_ref: str
    account_number: str
    for_whom: str
    payer_id: int
    payer_name: str
    method_id: int
    method_ref: str
    method_kind: str
    method_label: str
    method_status: str
    authorization_id: int
    enrollment_ref: str
    enrollment_status: str
    is_superseded: bool
    payment_ref: str
    origin: str
    tries: int
    retry_of_id: int | None
    mode: str
    amounts: tuple[tuple[str, int], ...]
    amount_minor: int
    fee_minor: int
    currency: str
    first_on: date | None
    run_on: date
    cutoff_at: datetime
    notice_on: date | None
    noticed_on: date | None
    notice_days: int
    status: str
    reason: str
    created_at: datetime
    created_by_name: str

    @property
    def public_status(self) -> str:
        """The one word that people see."""
        return states.PUBLIC[self.status]

    @property
    def total_minor(self) -> int:
        """Amount and fee: the most that is taken."""
        return self.amount_minor + self.fee_minor

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be taken."""
        return self.status in states.OPEN

    def can_change(self, now: datetime) -> bool:
        """Tell whether its payer may still change or cancel it."""
        return self.status == states.SCHEDULED and now < self.cutoff_at


@dataclass(frozen=True, slots=True)
class ScheduledSum:
    """What is set for later on one account, as named beside the outstanding balance; `amounts` by invoice public id."""

    amount_minor: int
    run_on: date
    ref: str
    origin: str
    amounts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """What uses a payment method: `kind` is autopay or scheduled."""

    kind: str
    ref: str
    for_whom: str
    amount_minor: int | None
    run_on: date | None


def pairs(amounts: Any) -> tuple[tuple[str, int], ...]:
    """Return stored amounts as `(invoice public id, minor units)`."""
    return tuple((str(ref), int(minor)) for ref, minor in amounts)
