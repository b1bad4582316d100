"""Where the money of a refund is taken from. Pure: a payment as it stands in, the parts out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken back out of one invoice. `rest_minor` is what this payment still pays of it."""

    allocation_id: int
    invoice_id: int
    kind: str
    amount_minor: int
    rest_minor: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a refund takes, in minor units: of the payer's credit, of invoices, and of the fee."""

    credit_minor: int
    invoices: tuple[Taken, ...]
    fee_minor: int

    @property
    def amount_minor(self) -> int:
        """What goes back of the payment's amount."""
        return self.credit_minor + sum(part.amount_minor for part in self.invoices)

    @property
    def total_minor(self) -> int:
        """What goes back, the fee included."""
        return self.amount_minor + self.fee_minor

    @property
    def digest(self) -> str:
        """What was reviewed: another plan has another digest."""
        parts = [f"{self.credit_minor}", f"{self.fee_minor}"]
        parts += [f"{part.invoice_id}:{part.amount_minor}" for part in self.invoices]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Part:
    """One live allocation: what a payment pays of an invoice."""

    id: int
    invoice_id: int
    kind: str
    amount_minor: int


def make(*, amount_minor: int, fee_minor: int, left_over_minor: int, parts: Sequence[Part]) -> Plan:
    """Take what is left over first, then what pays an invoice, the last part first: the oldest bill stays paid."""
    credit = min(amount_minor, left_over_minor)
    left, taken = amount_minor - credit, list[Taken]()
    for part in sorted(parts, key=lambda each: each.id, reverse=True):
        take = min(part.amount_minor, left)
        if take > 0:
            taken.append(Taken(part.id, part.invoice_id, part.kind, take, part.amount_minor - take))
            left -= take
    return Plan(credit, tuple(taken), fee_minor)
