"""The books, told as a textbook would: what happened, and the two sides of each entry. Debits are positive."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.ledger import chart, postings
from counterfoil.ledger.postings import EntryDraft, Source

DAY = date(2026, 11, 23)
PAYMENT = Source(1, "pay_1", "USD", 10, 20, DAY, DAY)
INVOICE = Source(1, "inv:7", "USD", 10, 20, DAY, DAY)


def sides(entry: EntryDraft) -> dict[str, int]:
    """What an entry puts on each ledger account; several lines of one account are added up."""
    found: dict[str, int] = {}
    for line in entry.lines:
        found[line.account] = found.get(line.account, 0) + line.amount_minor
    assert sum(found.values()) == 0, "every entry sums to zero"
    return found


def after(*entries: EntryDraft) -> dict[str, int]:
    """The balances after these entries; accounts at zero are left out."""
    totals: dict[str, int] = {}
    for entry in entries:
        for account, amount in sides(entry).items():
            totals[account] = totals.get(account, 0) + amount
    return {account: amount for account, amount in totals.items() if amount}


ISSUED = postings.invoice_issued(INVOICE, invoice_id=7, total_minor=320_000)


def test_an_invoice_is_issued() -> None:
    """$3,200.00 of rent is billed: the payer owes it, the biller earned it."""
    assert sides(ISSUED) == {"receivable": 320_000, "revenue": -320_000}


def test_a_part_is_paid_by_card() -> None:
    """$1,200.00 is captured: the gateway owes us that, the payer owes $2,000.00."""
    paid = postings.payment_captured(PAYMENT, shares=[(7, 120_000)], amount_minor=120_000, fee_minor=0)
    assert sides(paid) == {"clearing": 120_000, "receivable": -120_000}
    assert after(ISSUED, paid) == {"clearing": 120_000, "receivable": 200_000, "revenue": -320_000}


def test_more_is_paid_than_is_owed() -> None:
    """$3,500.00 for a bill of $3,200.00: $300.00 is the payer's credit, and the biller owes it to them."""
    paid = postings.payment_captured(PAYMENT, shares=[(7, 320_000)], amount_minor=350_000, fee_minor=0)
    assert after(ISSUED, paid) == {"clearing": 350_000, "unapplied_credit": -30_000, "revenue": -320_000}
    credit = next(line for line in paid.lines if line.account == chart.UNAPPLIED_CREDIT)
    assert (credit.billing_account_id, credit.payer_id, credit.invoice_id) == (10, 20, None)


def test_credit_pays_the_next_invoice() -> None:
    """Next month $1,000.00 is billed; the $300.00 pay their part of it, and no money moves."""
    paid = postings.payment_captured(PAYMENT, shares=[(7, 320_000)], amount_minor=350_000, fee_minor=0)
    following = postings.invoice_issued(INVOICE, invoice_id=8, total_minor=100_000)
    applied = postings.credit_applied(PAYMENT, invoice_id=8, amount_minor=30_000)
    assert sides(applied) == {"unapplied_credit": 30_000, "receivable": -30_000}
    assert after(ISSUED, paid, following, applied) == {
        "clearing": 350_000,
        "receivable": 70_000,
        "revenue": -420_000,
    }


def test_a_fee_is_earned_beside_the_payment() -> None:
    """$3,200.00 and a fee of $2.95: the card is charged $3,202.95, the invoice gets $3,200.00."""
    paid = postings.payment_captured(PAYMENT, shares=[(7, 320_000)], amount_minor=320_000, fee_minor=295)
    assert sides(paid) == {"clearing": 320_295, "receivable": -320_000, "fee_income": -295}


FUNDED = postings.payment_funded(PAYMENT, amount_minor=320_000, fee_minor=0)
MATURED = postings.payment_matured(PAYMENT, shares=[(7, 320_000)], amount_minor=320_000, fee_minor=0)


def test_a_bank_debit_is_funded_and_can_still_come_back() -> None:
    """The money is at the gateway, but it is not the payer's payment yet: the invoice stays open."""
    assert sides(FUNDED) == {"clearing": 320_000, "return_window": -320_000}
    assert after(ISSUED, FUNDED)["receivable"] == 320_000


def test_the_time_for_returns_passes() -> None:
    """What was held pays the invoice; nothing moves at the gateway."""
    assert sides(MATURED) == {"return_window": 320_000, "receivable": -320_000}
    assert after(ISSUED, FUNDED, MATURED) == {"clearing": 320_000, "revenue": -320_000}


def test_the_bank_sends_it_back_before_it_is_paid() -> None:
    """R01: everything is as it was when the invoice was issued."""
    back = postings.return_before_paid(PAYMENT, amount_minor=320_000, fee_minor=0)
    assert after(ISSUED, FUNDED, back) == after(ISSUED)


def test_the_bank_sends_it_back_after_it_was_paid() -> None:
    """R10 after twenty days: the invoice is owed again."""
    back = postings.return_after_paid(PAYMENT, shares=[(7, 320_000)], amount_minor=320_000, fee_minor=0)
    assert sides(back) == {"receivable": 320_000, "clearing": -320_000}
    assert after(ISSUED, FUNDED, MATURED, back) == after(ISSUED)


def test_what_comes_back_had_paid_two_invoices_and_left_credit() -> None:
    """$800.00: $500.00 paid one invoice, $200.00 of the credit another, $100.00 was still unspent."""
    first = postings.invoice_issued(INVOICE, invoice_id=7, total_minor=50_000)
    second = postings.invoice_issued(INVOICE, invoice_id=8, total_minor=20_000)
    paid = postings.payment_captured(PAYMENT, shares=[(7, 50_000)], amount_minor=80_000, fee_minor=0)
    applied = postings.credit_applied(PAYMENT, invoice_id=8, amount_minor=20_000)
    back = postings.return_after_paid(
        PAYMENT, shares=[(7, 50_000), (8, 20_000)], amount_minor=80_000, fee_minor=0
    )
    assert after(first, second, paid, applied, back) == after(first, second)


def test_an_invoice_is_voided_after_a_part_was_paid() -> None:
    """Only what is still open is taken back."""
    paid = postings.payment_captured(PAYMENT, shares=[(7, 120_000)], amount_minor=120_000, fee_minor=0)
    voided = postings.invoice_voided(INVOICE, invoice_id=7, open_minor=200_000)
    assert after(ISSUED, paid, voided) == {"clearing": 120_000, "revenue": -120_000}


def test_a_check_came_by_post() -> None:
    """Money that no gateway of ours saw is kept apart from what a gateway owes us."""
    paid = postings.payment_recorded(PAYMENT, shares=[(7, 320_000)], amount_minor=320_000)
    assert after(ISSUED, paid) == {"external_receipts": 320_000, "revenue": -320_000}


@pytest.mark.parametrize("entry", [ISSUED, FUNDED, MATURED])
def test_lines_say_whose_they_are(entry: EntryDraft) -> None:
    for line in entry.lines:
        if line.account == chart.RECEIVABLE:
            assert (line.billing_account_id, line.payer_id, line.invoice_id) == (10, 20, 7)


def test_no_line_is_empty() -> None:
    paid = postings.payment_captured(PAYMENT, shares=[(7, 100)], amount_minor=100, fee_minor=0)
    assert [line.account for line in paid.lines] == ["clearing", "receivable"]


# -- Money that goes back ----------------------------------------------------------------------------------------------

PAID = postings.payment_captured(PAYMENT, shares=[(7, 320_000)], amount_minor=350_000, fee_minor=295)
REQUESTED = postings.refund_requested(PAYMENT, shares=[(7, 70_000)], credit_minor=30_000, fee_minor=295)


def test_a_refund_is_on_its_way() -> None:
    """$1,000.00 of $3,500.00 go back: the $300.00 of credit, $700.00 of the rent (owed again), and the fee."""
    assert sides(REQUESTED) == {
        "unapplied_credit": 30_000,
        "receivable": 70_000,
        "fee_income": 295,
        "refunds_payable": -100_295,
    }


def test_a_refund_that_left() -> None:
    left = postings.refund_paid(PAYMENT, total_minor=100_295)
    assert sides(left) == {"refunds_payable": 100_295, "clearing": -100_295}
    assert after(ISSUED, PAID, REQUESTED, left) == {
        "clearing": 250_000,
        "receivable": 70_000,
        "revenue": -320_000,
    }


@pytest.mark.parametrize("has_left", [False, True])
def test_a_refund_that_did_not_arrive_is_the_payers_credit(has_left: bool) -> None:
    """It is not put back on the bill: meanwhile the bill may have been paid in another way."""
    left = [postings.refund_paid(PAYMENT, total_minor=100_295)] if has_left else []
    failed = postings.refund_failed(
        PAYMENT, amount_minor=100_000, fee_minor=295, has_left=has_left, is_returned=False
    )
    assert after(ISSUED, PAID, REQUESTED, *left, failed) == {
        "clearing": 350_295,
        "receivable": 70_000,
        "unapplied_credit": -100_000,
        "fee_income": -295,
        "revenue": -320_000,
    }


def test_a_debit_that_was_refunded_and_then_returned_is_out_twice() -> None:
    """$1,002.95 went back, and then the bank took all of it back: that much is lost, and the rent is owed."""
    left = postings.refund_paid(PAYMENT, total_minor=100_295)
    returned = postings.return_after_paid(
        PAYMENT, shares=[(7, 250_000)], amount_minor=350_000, fee_minor=295, refunded=(100_000, 295)
    )
    lost = after(ISSUED, PAID, REQUESTED, left, returned)
    assert lost == {
        "clearing": -100_295,
        "receivable": 320_000,
        "refunds_lost": 100_295,
        "revenue": -320_000,
    }
    back = postings.refund_failed(
        PAYMENT, amount_minor=100_000, fee_minor=295, has_left=True, is_returned=True
    )
    assert after(ISSUED, PAID, REQUESTED, left, returned, back) == {
        "receivable": 320_000,
        "revenue": -320_000,
    }
