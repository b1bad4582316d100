"""What shares and helpers begin with: filled in by interfaces, handed to flows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """A share to be offered. Either `percent_bp` (hundredths of a percent) or `amount_minor`."""

    biller_id: int
    account_id: int
    invoice_id: int | None
    payer_id: int
    sharer_id: int
    name: str
    email: str
    percent_bp: int
    amount_minor: int
    currency: str
    sees_lines: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHelper:
    """Access to be given. Amounts in minor units; None where the helper only sees."""

    biller_id: int
    account_id: int
    payer_id: int
    helper_id: int
    method_id: int | None
    authorization_id: int | None
    name: str
    email: str
    may_pay: bool
    limit_minor: int | None
    total_minor: int | None
    currency: str
    sees_lines: bool
    until_on: date
    ends_at: datetime
