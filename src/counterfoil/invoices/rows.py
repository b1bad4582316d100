"""What the queries of this noun hand out: frozen, with nothing to load behind them; and who owes what of an invoice.

An invoice is owed by its addressee, less the parts that others took. Everybody sees an invoice as their own sum:
the addressee the rest, a sharer the part. Staff and the installation see it whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from counterfoil.invoices import states


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice as a list shows it. Amounts in minor units.

    Seen by a sharer, `payer_id`, total, open and pending are those of the share, and `shared_by` names the
    addressee; `is_shared` says that others than the addressee take part.
    """

    id: int
    public_id: str
    number: str
    status: str
    issued_on: date
    due_on: date
    currency: str
    total_minor: int
    open_minor: int
    pending_minor: int
    is_disputed: bool
    biller_id: int
    biller_name: str
    account_id: int
    account_number: str
    for_whom: str
    payer_id: int
    payer_name: str
    is_shared: bool = False
    shared_by: str = ""

    @property
    def payable_minor(self) -> int:
        """What is open and not already on its way."""
        return self.open_minor - self.pending_minor if self.status == states.OPEN else 0

    def shown_status(self, today: date) -> str:
        """The status in words: partly paid and overdue are derived; what is pending is not overdue."""
        if self.status == states.OPEN and self.is_shared and not self.open_minor:
            # The rest of it is somebody else's to pay.
            return "Open"
        if self.status == states.OPEN and self.pending_minor:
            return "Payment pending"
        if self.status == states.OPEN and self.due_on < today:
            return "Overdue"
        if self.status == states.OPEN and self.open_minor < self.total_minor:
            return "Partly paid"
        return self.status.capitalize()


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an invoice."""

    description: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OpenSum:
    """What one payer owes on one billing account."""

    account_id: int
    payer_id: int
    biller_id: int
    open_minor: int
    next_due_on: date | None
    count: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """What a payer who is not the addressee took of an invoice, and what came of it. Amounts in minor units."""

    invoice_id: int
    payer_id: int
    payer_name: str
    share_ref: str
    percent_bp: int
    agreed_minor: int
    paid_minor: int
    pending_minor: int
    is_live: bool
    sees_lines: bool

    @property
    def open_minor(self) -> int:
        """What this payer owes of it. What is on its way stays theirs although the share has ended."""
        return max(self.agreed_minor - self.paid_minor, self.pending_minor)

    @property
    def left_minor(self) -> int:
        """What this payer has still to pay: nothing of it is on its way."""
        return self.open_minor - self.pending_minor


def of_addressee(row: InvoiceRow, parts: Sequence[PartRow]) -> InvoiceRow:
    """Return an invoice as its addressee owes it: what nobody took. Its total stays that of the invoice."""
    return replace(
        row,
        open_minor=max(0, row.open_minor - sum(part.open_minor for part in parts)),
        pending_minor=max(0, row.pending_minor - sum(part.pending_minor for part in parts)),
    )


def of_sharer(row: InvoiceRow, part: PartRow) -> InvoiceRow:
    """Return an invoice as one sharer owes it: never more than is open and on nobody's way."""
    left = min(part.left_minor, max(0, row.open_minor - row.pending_minor))
    is_done = row.status == states.OPEN and not left and not part.pending_minor
    return replace(
        row,
        status=states.PAID if is_done else row.status,
        payer_id=part.payer_id,
        payer_name=part.payer_name,
        total_minor=max(part.agreed_minor, part.paid_minor + part.pending_minor),
        open_minor=part.pending_minor + left,
        pending_minor=part.pending_minor,
        shared_by=row.payer_name,
    )


def summed(rows: Sequence[InvoiceRow], *, pair: tuple[int, int], biller_id: int) -> OpenSum:
    """Return what one `(account id, payer id)` owes on these rows, which are that payer's."""
    owed = [row for row in rows if row.open_minor]
    due = [row.due_on for row in owed if row.payable_minor > 0]
    return OpenSum(*pair, biller_id, sum(row.open_minor for row in owed), min(due, default=None), len(owed))
