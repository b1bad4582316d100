"""What an invoice begins with: filled in by interfaces, handed to flows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line of an invoice to be."""

    description: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class NewPart:
    """What a payer takes of an invoice that is addressed to another: minor units from now on, and by which share.

    One that is not live owes nothing: it notes that this payer paid on it.
    """

    share_ref: str = ""
    agreed_minor: int = 0
    percent_bp: int = 0
    sees_lines: bool = False
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """An invoice to be issued at once; its total is the sum of its lines. With `paid_on` it is born paid (import)."""

    biller_id: int
    account_id: int
    payer_id: int
    number: str
    issued_on: date
    due_on: date
    currency: str
    lines: tuple[NewLine, ...]
    is_disputed: bool = False
    memo: str = ""
    paid_on: date | None = None

    @property
    def total_minor(self) -> int:
        """The sum of the lines."""
        return sum(line.amount_minor for line in self.lines)
