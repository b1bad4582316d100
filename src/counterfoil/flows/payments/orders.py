"""What somebody wants to pay, and what that comes to. Plain values; no rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from counterfoil.agreements.texts import AgreementText
from counterfoil.methods.queries import MethodRow


class Mode(StrEnum):
    """The choices under *Payment Amount*; `AHEAD` is *Pay Ahead*, offered where nothing is outstanding."""

    OUTSTANDING = "outstanding"
    INVOICES = "invoices"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class PayOrder:
    """One intent to pay one biller for one account.

    `amounts` (invoice public id, minor units) counts in INVOICES; in AHEAD it is one pair without an invoice.
    `most_fee_minor`: what was agreed to before, and for what recurs nothing (FE-06); None where the biller's fee holds.
    """

    payer_id: int
    account_id: int
    method_ref: str
    mode: Mode
    amounts: tuple[tuple[str, int], ...] = ()
    locale: str = "en"
    most_fee_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """An order with its key: `(scope, key)` is known once for ever. `seen` is the digest of what was reviewed.

    `authorization_id`: the permission was stored when this was scheduled; without one it is stored at birth.
    `retry_of_id`: the payment that this one tries again.
    """

    order: PayOrder
    scope: str
    key: str
    seen: str
    origin: str = "portal"
    assent: str = "Submit Payment"
    authorization_id: int | None = None
    retry_of_id: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What part of the payment goes to one invoice, and what could be paid on it before, in minor units."""

    invoice_id: int
    invoice_public_id: str
    invoice_number: str
    amount_minor: int
    payable_minor: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order comes to now: the figures, the days, and the exact text to accept.

    `digest` is the mark of all that, and of what was left to pay: a payment made meanwhile makes a review stale. Its
    end says the fee, so that a fee that changed since can be told of (`fee_of`).
    """

    order: PayOrder
    biller_id: int
    biller_name: str
    for_whom: str
    payer_name: str
    method: MethodRow
    shares: tuple[Share, ...]
    prepaid_minor: int
    amount_minor: int
    fee_minor: int
    currency: str
    submitted_on: date
    effective_on: date
    paid_on: date | None
    returnable_until: date | None
    text: AgreementText
    digest: str

    @property
    def payable_minor(self) -> int:
        """What is left to pay now on the invoices of this payment, before it."""
        return sum(share.payable_minor for share in self.shares)

    @property
    def total_minor(self) -> int:
        """Amount and fee: what the method is charged."""
        return self.amount_minor + self.fee_minor


def mark(figures: Sequence[object], *, fee_minor: int) -> str:
    """Return the mark of what was reviewed, with the fee at its end; 64 letters at most."""
    whole = hashlib.sha256(json.dumps(figures).encode()).hexdigest()
    return f"{whole[:48]}_{fee_minor}"


def fee_of(digest: str) -> int | None:
    """Return the fee that a mark was made with, in minor units; None where it is no mark of ours."""
    end = digest.partition("_")[2]
    return int(end) if end.isascii() and end.isdigit() and len(end) <= 12 else None
