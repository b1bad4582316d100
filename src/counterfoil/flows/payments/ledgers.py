"""What recorded outcomes mean for the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from counterfoil.flows.payments.work import Work
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.ledger.postings import EntryDraft, Source
from counterfoil.payments.policy import Money


def post(*, works: Sequence[Work], now: datetime) -> None:
    """Post every entry that these outcomes cause, in two statements."""
    entries = [entry for item in works for money in item.money if (entry := _entry(item, money)) is not None]
    ledger_operations.post(entries=entries, now=now)


def _entry(item: Work, money: Money) -> EntryDraft | None:
    source = _source(item)
    amounts = {"amount_minor": item.payment.amount_minor, "fee_minor": item.payment.fee_minor}
    match money:
        case Money.CAPTURED:
            return postings.payment_captured(source, shares=item.shares, **amounts)
        case Money.FUNDED:
            return postings.payment_funded(source, **amounts)
        case Money.MATURED:
            return postings.payment_matured(source, shares=item.shares, **amounts)
        case Money.RETURNED_BEFORE_PAID:
            return postings.return_before_paid(source, **amounts)
        case Money.RETURNED_AFTER_PAID:
            payment = item.payment
            refunded = (payment.refunded_minor, payment.refunded_fee_minor)
            return postings.return_after_paid(source, shares=item.shares, refunded=refunded, **amounts)
        case Money.NOTHING | Money.RETURNED_UNFUNDED:
            return None


def _source(item: Work) -> Source:
    payment = item.payment
    day = item.details.get("on")
    return Source(
        biller_id=payment.biller_id,
        ref=payment.public_id,
        currency=payment.currency,
        billing_account_id=payment.account_id,
        payer_id=payment.payer_id,
        posted_on=item.today,
        effective_on=date.fromisoformat(day) if day else item.today,
        addressees={a.invoice_id: item.invoices[a.invoice_id].payer_id for a in item.allocations},
    )
