"""The chart of ledger accounts. The same for every biller; lines carry the biller."""

from __future__ import annotations

from typing import Final

RECEIVABLE: Final = "receivable"
CLEARING: Final = "clearing"
EXTERNAL_RECEIPTS: Final = "external_receipts"
RETURN_WINDOW: Final = "return_window"
UNAPPLIED_CREDIT: Final = "unapplied_credit"
REVENUE: Final = "revenue"
FEE_INCOME: Final = "fee_income"
REFUNDS_PAYABLE: Final = "refunds_payable"
REFUNDS_LOST: Final = "refunds_lost"

CHOICES: Final = (
    (RECEIVABLE, "Accounts receivable"),
    (CLEARING, "Gateway clearing"),
    (EXTERNAL_RECEIPTS, "Receipts outside the gateway"),
    (RETURN_WINDOW, "Payments in return window"),
    (UNAPPLIED_CREDIT, "Unapplied credit"),
    (REVENUE, "Revenue"),
    (FEE_INCOME, "Fee income"),
    (REFUNDS_PAYABLE, "Refunds on their way"),
    (REFUNDS_LOST, "Refunded, and returned by the bank as well"),
)
CODES: Final = [code for code, _ in CHOICES]
NAMES: Final = dict(CHOICES)
