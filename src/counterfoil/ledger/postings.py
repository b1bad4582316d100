"""Every kind of entry the books know, as a function from facts to lines. Pure; debits positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from counterfoil.ledger import chart


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One leg of an entry that is not yet posted."""

    account: str
    amount_minor: int
    billing_account_id: int | None = None
    payer_id: int | None = None
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry that is not yet posted. `effective_on` is the day of the event itself, in the biller's zone."""

    biller_id: int
    kind: str
    source_ref: str
    currency: str
    posted_on: date
    effective_on: date
    lines: tuple[LineDraft, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What an entry is about: where it belongs and who it concerns.

    `payer_id` is who pays: what is left over is that payer's credit. `addressees` names whose receivable an invoice
    is (invoice id to payer id) where that is somebody else: a shared bill.
    """

    biller_id: int
    ref: str
    currency: str
    billing_account_id: int
    payer_id: int
    posted_on: date
    effective_on: date
    addressees: Mapping[int, int] = field(default_factory=dict)


Share = tuple[int, int]
"""An invoice id and the minor units that go to it."""
Credit = tuple[int, int, int]
"""A billing account's id, a payer's, and the minor units that become their credit."""


def invoice_issued(source: Source, *, invoice_id: int, total_minor: int) -> EntryDraft:
    """The biller is owed: debit receivable, credit revenue."""
    return _entry(
        source,
        "invoice.issued",
        [_receivable(source, invoice_id, total_minor), LineDraft(chart.REVENUE, -total_minor)],
    )


def invoice_voided(
    source: Source, *, invoice_id: int, open_minor: int, made_credit: Sequence[Credit] = ()
) -> EntryDraft:
    """Nothing is owed any more: the rest of the receivable is taken back, and what was paid on it becomes credit."""
    credited = sum(amount for _, _, amount in made_credit)
    return _entry(
        source,
        "invoice.voided",
        [
            _receivable(source, invoice_id, -open_minor),
            *(
                LineDraft(chart.UNAPPLIED_CREDIT, -amount, account_id, payer_id)
                for account_id, payer_id, amount in made_credit
            ),
            LineDraft(chart.REVENUE, open_minor + credited),
        ],
    )


def invoice_credited(source: Source, *, invoice_id: int, amount_minor: int) -> EntryDraft:
    """Something is taken off what is owed on an invoice: a credit memo."""
    return _entry(
        source,
        "invoice.credited",
        [_receivable(source, invoice_id, -amount_minor), LineDraft(chart.REVENUE, amount_minor)],
    )


def invoice_changed(source: Source, *, invoice_id: int, difference_minor: int) -> EntryDraft:
    """An invoice asks for more than before, or for less where the difference is below zero."""
    return _entry(
        source,
        "invoice.changed",
        [_receivable(source, invoice_id, difference_minor), LineDraft(chart.REVENUE, -difference_minor)],
    )


def invoice_readdressed(source: Source, *, invoice_id: int, open_minor: int, to_payer_id: int) -> EntryDraft:
    """What is left of an invoice is another payer's to pay from now on. What was paid stays as it was."""
    moved = LineDraft(chart.RECEIVABLE, open_minor, source.billing_account_id, to_payer_id, invoice_id)
    return _entry(source, "invoice.readdressed", [_receivable(source, invoice_id, -open_minor), moved])


def payment_captured(
    source: Source, *, shares: Sequence[Share], amount_minor: int, fee_minor: int
) -> EntryDraft:
    """A card or wallet was captured: the gateway owes us the money, the payer owes that much less."""
    return _entry(
        source,
        "payment.settled",
        [
            LineDraft(chart.CLEARING, amount_minor + fee_minor),
            *_applied(source, shares, amount_minor),
            LineDraft(chart.FEE_INCOME, -fee_minor),
        ],
    )


def payment_funded(source: Source, *, amount_minor: int, fee_minor: int) -> EntryDraft:
    """A bank debit's money is at the gateway but can still come back."""
    whole = amount_minor + fee_minor
    return _entry(
        source,
        "payment.funded",
        [LineDraft(chart.CLEARING, whole), LineDraft(chart.RETURN_WINDOW, -whole)],
    )


def payment_matured(
    source: Source, *, shares: Sequence[Share], amount_minor: int, fee_minor: int
) -> EntryDraft:
    """The ordinary time for returns passed: what was held pays the invoices."""
    return _entry(
        source,
        "payment.settled",
        [
            LineDraft(chart.RETURN_WINDOW, amount_minor + fee_minor),
            *_applied(source, shares, amount_minor),
            LineDraft(chart.FEE_INCOME, -fee_minor),
        ],
    )


def payment_recorded(source: Source, *, shares: Sequence[Share], amount_minor: int) -> EntryDraft:
    """Money that came outside every gateway: a check, cash, another system."""
    return _entry(
        source,
        "payment.recorded",
        [LineDraft(chart.EXTERNAL_RECEIPTS, amount_minor), *_applied(source, shares, amount_minor)],
    )


def return_before_paid(source: Source, *, amount_minor: int, fee_minor: int) -> EntryDraft:
    """The bank sent back what was funded and not yet Paid."""
    whole = amount_minor + fee_minor
    return _entry(
        source,
        "payment.returned",
        [LineDraft(chart.RETURN_WINDOW, whole), LineDraft(chart.CLEARING, -whole)],
    )


def return_after_paid(
    source: Source,
    *,
    shares: Sequence[Share],
    amount_minor: int,
    fee_minor: int,
    refunded: tuple[int, int] = (0, 0),
) -> EntryDraft:
    """The bank sent back what was Paid: what it paid is owed again, what was left over is gone.

    `refunded` is what was given back of amount and fee before: that money is out of the house twice.
    """
    return _entry(
        source,
        "payment.returned",
        [
            *(
                LineDraft(
                    line.account, -line.amount_minor, line.billing_account_id, line.payer_id, line.invoice_id
                )
                for line in _applied(source, shares, amount_minor - refunded[0])
            ),
            LineDraft(chart.FEE_INCOME, fee_minor - refunded[1]),
            LineDraft(chart.REFUNDS_LOST, sum(refunded)),
            LineDraft(chart.CLEARING, -(amount_minor + fee_minor)),
        ],
    )


def credit_applied(source: Source, *, invoice_id: int, amount_minor: int) -> EntryDraft:
    """Unapplied credit pays an invoice."""
    return _entry(
        source,
        "credit.applied",
        [
            LineDraft(chart.UNAPPLIED_CREDIT, amount_minor, source.billing_account_id, source.payer_id),
            _receivable(source, invoice_id, -amount_minor),
        ],
    )


def refund_requested(
    source: Source, *, shares: Sequence[Share], credit_minor: int, fee_minor: int
) -> EntryDraft:
    """Money is to go back: out of what it paid (owed again), of what was left over, and of the fee."""
    total = sum(part for _, part in shares) + credit_minor + fee_minor
    return _entry(
        source,
        "refund.requested",
        [
            *(_receivable(source, invoice_id, part) for invoice_id, part in shares),
            LineDraft(chart.UNAPPLIED_CREDIT, credit_minor, source.billing_account_id, source.payer_id),
            LineDraft(chart.FEE_INCOME, fee_minor),
            LineDraft(chart.REFUNDS_PAYABLE, -total),
        ],
    )


def refund_paid(source: Source, *, total_minor: int) -> EntryDraft:
    """The gateway gave it back."""
    return _entry(
        source,
        "refund.paid",
        [LineDraft(chart.REFUNDS_PAYABLE, total_minor), LineDraft(chart.CLEARING, -total_minor)],
    )


def refund_failed(
    source: Source, *, amount_minor: int, fee_minor: int, has_left: bool, is_returned: bool
) -> EntryDraft:
    """None went back after all: it is the payer's credit, and the fee is earned.

    `has_left`: it had left, and came back to the gateway. `is_returned`: meanwhile the bank returned the payment, so
    that this is ours again.
    """
    total = amount_minor + fee_minor
    ends = (
        [LineDraft(chart.REFUNDS_LOST, -total)]
        if is_returned
        else [
            LineDraft(chart.UNAPPLIED_CREDIT, -amount_minor, source.billing_account_id, source.payer_id),
            LineDraft(chart.FEE_INCOME, -fee_minor),
        ]
    )
    begin = LineDraft(chart.CLEARING if has_left else chart.REFUNDS_PAYABLE, total)
    return _entry(source, "refund.came_back" if has_left else "refund.failed", [begin, *ends])


def _applied(source: Source, shares: Sequence[Share], amount_minor: int) -> list[LineDraft]:
    left_over = amount_minor - sum(part for _, part in shares)
    lines = [_receivable(source, invoice_id, -part) for invoice_id, part in shares]
    lines.append(LineDraft(chart.UNAPPLIED_CREDIT, -left_over, source.billing_account_id, source.payer_id))
    return lines


def _receivable(source: Source, invoice_id: int, amount_minor: int) -> LineDraft:
    addressee_id = source.addressees.get(invoice_id, source.payer_id)
    return LineDraft(chart.RECEIVABLE, amount_minor, source.billing_account_id, addressee_id, invoice_id)


def _entry(source: Source, kind: str, lines: Sequence[LineDraft]) -> EntryDraft:
    return EntryDraft(
        biller_id=source.biller_id,
        kind=kind,
        source_ref=source.ref,
        currency=source.currency,
        posted_on=source.posted_on,
        effective_on=source.effective_on,
        lines=tuple(line for line in lines if line.amount_minor),
    )
