"""Payments as lists and pages see them: frozen, without a way back to the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from counterfoil.payments import states


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment as a list shows it. Amounts in minor units."""

    id: int
    public_id: str
    number: str
    status: str
    origin: str
    amount_minor: int
    fee_minor: int
    currency: str
    submitted_at: datetime
    submitted_on: date
    submitted_by_name: str
    effective_on: date
    paid_on: date | None
    returnable_until: date | None
    funded_on: date | None
    settled_at: datetime | None
    ended_at: datetime | None
    method_kind: str
    method_label: str
    method_last4: str
    decline_class: str
    reason_code: str
    action_url: str
    biller_id: int
    biller_name: str
    account_id: int
    account_number: str
    for_whom: str
    payer_id: int
    payer_name: str
    authorization_id: int | None
    refunded_minor: int
    refunded_fee_minor: int

    @property
    def refunded_total_minor(self) -> int:
        """What went back, or is on its way back, of amount and fee."""
        return self.refunded_minor + self.refunded_fee_minor

    @property
    def kept_minor(self) -> int:
        """Amount and fee, less what went back."""
        return self.total_minor - self.refunded_total_minor

    @property
    def total_minor(self) -> int:
        """Amount and fee."""
        return self.amount_minor + self.fee_minor

    @property
    def public_status(self) -> str:
        """The one word that payers, staff and the API see (product.md 1)."""
        return states.PUBLIC[self.status]

    @property
    def is_confirming(self) -> bool:
        """Tell whether the outcome is not known yet."""
        return self.status in {states.SUBMITTING, states.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What part of a payment goes to one invoice, and what is left of that invoice now."""

    invoice_id: int
    invoice_public_id: str
    invoice_number: str
    amount_minor: int
    invoice_open_minor: int
    is_applied: bool
    is_released: bool


def by_invoice(shares: Iterable[ShareRow]) -> list[ShareRow]:
    """Return one row for each invoice: all that the payment pays of it, or what it paid last where it pays nothing.

    Where a part was given back, the rest of it is a part of its own.
    """
    found: dict[int, ShareRow] = {}
    for share in shares:
        known = found.get(share.invoice_id)
        if known is None or known.is_released:
            found[share.invoice_id] = share
        elif not share.is_released:
            found[share.invoice_id] = replace(known, amount_minor=known.amount_minor + share.amount_minor)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a timeline."""

    event: str
    at: datetime
    details: dict[str, Any]


# What a PaymentRow is made of, in its order.
COLUMNS: Final = (
    "id", "public_id", "number", "status", "origin", "amount_minor", "fee_minor", "currency", "submitted_at",
    "submitted_on", "submitted_by_name", "effective_on", "paid_on", "returnable_until", "funded_on", "settled_at",
    "ended_at", "method_kind", "method_label", "method_last4", "decline_class", "reason_code", "action_url",
    "biller_id", "biller__name", "account_id", "account__number", "account__holder_name", "payer_id", "payer__name",
    "authorization_id", "refunded_minor", "refunded_fee_minor",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which payments a list is of; None leaves a choice open. `search` begins a number or is part of a name.

    `first` and `last` are the days of submitting, both counted.
    """

    statuses: Collection[str] | None = None
    origins: Collection[str] | None = None
    account_id: int | None = None
    search: str = ""
    payer_ids: Collection[int] | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class ToSend:
    """What a call to the gateway needs of a payment."""

    id: int
    public_id: str
    method_id: int
    biller_name: str
    total_minor: int
    currency: str
    effective_on: date
    origin: str
    gateway_key: str


@dataclass(frozen=True, slots=True)
class ToAsk:
    """What asking a gateway about a payment needs: its latest sending."""

    id: int
    status: str
    method_id: int
    gateway_key: str
    call_deadline: datetime
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A payment that waits for its bank account to be confirmed, and how its method stands."""

    id: int
    biller_id: int
    method_id: int
    submitted_on: date
    method_status: str
    method_validation: str


@dataclass(frozen=True, slots=True)
class PaysRow:
    """One applied part of a payment: what pays an invoice, and whose money it is."""

    id: int
    payment_id: int
    account_id: int
    payer_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Declines:
    """How many card payments were declined: of some payers, and at their biller (compliance CT-03, CT-08)."""

    of_payers: int
    in_session: int
    from_address: int
    lately: int
