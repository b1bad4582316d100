"""Money as the desk's pages show it: lines of lists, aging, and when a payment should reach the bank. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.core.calendar import FED
from counterfoil.desk import words
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payments import states
from counterfoil.payments.queries import PaymentRow, ShareRow
from counterfoil.schedules import lateness
from counterfoil.schedules.rows import ScheduledSum
from counterfoil.ui import refunds as refund_words


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """An invoice in a list, with its status in words."""

    row: InvoiceRow
    status: str


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment in a list. `expected_on` is the day its money should lie in the biller's bank account.

    `refunded` says what of it went back, empty where nothing did.
    """

    row: PaymentRow
    origin: str
    method: str
    shares: tuple[ShareRow, ...] = ()
    expected_on: date | None = None
    refunded: str = ""

    @property
    def paying(self) -> list[ShareRow]:
        """What it pays, or paid until it failed: without what was given back of one that is Paid."""
        is_paid = self.row.status in states.PAID
        return [share for share in self.shares if not (is_paid and share.is_released)]


@dataclass(frozen=True, slots=True)
class AgingPart:
    """How much is so many days past due, in minor units."""

    label: str | Promise
    amount_minor: int


# The last day past due that belongs to each part.
_PARTS: Final = (
    (0, _("Not due yet")),
    (30, _("1 to 30 days")),
    (60, _("31 to 60 days")),
    (90, _("61 to 90 days")),
)
_OLDER: Final = _("Over 90 days")


def invoice_lines(
    *, rows: Iterable[InvoiceRow], today: date, later: Sequence[ScheduledSum]
) -> list[InvoiceLine]:
    """Return invoices with their status on the biller's day; `later` is what autopay takes on a later day."""
    return [InvoiceLine(row, lateness.shown_status(invoice=row, today=today, later=later)) for row in rows]


def payment_lines(
    *, rows: Sequence[PaymentRow], shares: dict[int, list[ShareRow]], zone: str, moving: Collection[int] = ()
) -> list[PaymentLine]:
    """Return payments with what they pay, when they should arrive, and what goes back.

    `moving` are those with a refund on its way.
    """
    return [
        PaymentLine(
            row=row,
            origin=words.of(words.ORIGINS, row.origin),
            method=words.of(words.METHODS, row.method_kind),
            shares=tuple(shares.get(row.id, ())),
            expected_on=expected_on(payment=row, zone=zone),
            refunded=refund_words.short(row, is_on_its_way=row.id in moving),
        )
        for row in rows
    ]


def expected_on(*, payment: PaymentRow, zone: str) -> date | None:
    """Return the day a payment should lie in the biller's bank account; None where that cannot be said.

    A bank debit arrives one bank day after its date, a card one bank day after it was captured.
    """
    if payment.status in states.FINISHED or payment.origin in {"hand", "import"}:
        return None
    if payment.funded_on is not None:
        return payment.funded_on
    if payment.method_kind == "bank":
        return FED.next(payment.effective_on)
    if payment.settled_at is not None:
        return FED.next(payment.settled_at.astimezone(ZoneInfo(zone)).date())
    return None


def aging(*, rows: Iterable[InvoiceRow], today: date, later: Sequence[ScheduledSum]) -> list[AgingPart]:
    """Return what is open and not on its way, by days past due; what autopay takes later is due on that day."""
    sums = [0] * (len(_PARTS) + 1)
    for row in rows:
        late = max((today - lateness.due_on(invoice=row, later=later)) // timedelta(days=1), 0)
        sums[next((n for n, (last, _label) in enumerate(_PARTS) if late <= last), len(_PARTS))] += (
            row.payable_minor
        )
    labels = [*(label for _last, label in _PARTS), _OLDER]
    return [AgingPart(label, total) for label, total in zip(labels, sums, strict=True)]
