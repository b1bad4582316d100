"""What was paid in a year, for whom and for what: proof for taxes.

A payment counts in the year in which the bank took it (a card: was charged), once it is Paid; what is on its way is
only named. What it was for is known where a payer's payments of the year paid an invoice whole: then its lines are
what was paid. Of an invoice that was paid in part, nobody can say which lines, so the part stands as one sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from counterfoil.core.actor import Actor
from counterfoil.invoices import changes, queries as invoice_queries
from counterfoil.invoices.rows import LineRow
from counterfoil.payments import queries as payment_queries, states
from counterfoil.payments.rows import PaymentRow, ShareRow, Wanted

MOST_PENDING = 100


@dataclass(frozen=True, slots=True)
class Person:
    """What was paid for one person on one account. Amounts in minor units; all of them come to `total_minor`.

    `kinds` is what the lines of wholly paid invoices come to; `part_minor` paid a part of invoices, `credit_minor`
    no invoice yet, `fee_minor` the fees of paying. What was given back is in none of them.
    """

    account_id: int
    for_whom: str
    account_number: str
    kinds: tuple[tuple[str, int], ...]
    part_minor: int
    credit_minor: int
    fee_minor: int
    payments: tuple[PaymentRow, ...]

    @property
    def total_minor(self) -> int:
        """Everything that was paid, fees included."""
        return sum(payment.kept_minor for payment in self.payments)


@dataclass(frozen=True, slots=True)
class Yearly:
    """What one payer paid in a year; `pending` is what was sent in it and is not Paid yet."""

    year: int
    people: tuple[Person, ...]
    pending: tuple[PaymentRow, ...]

    @property
    def total_minor(self) -> int:
        """Everything that was paid."""
        return sum(person.total_minor for person in self.people)


def read(*, actor: Actor, payer_id: int, year: int) -> Yearly:
    """Return what a payer paid in a year, as far as the actor may see it; not what was all refunded. Four queries."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = payment_queries.list_paid(actor=actor, payer_id=payer_id, first=first, last=last)
    paid = [row for row in rows if row.kept_minor]
    shares = payment_queries.list_shares(actor=actor, payment_ids=[payment.id for payment in paid])
    invoice_ids = {share.invoice_id for parts in shares.values() for share in parts}
    lines = invoice_queries.list_lines_of(actor=actor, invoice_ids=invoice_ids)
    wanted = Wanted(statuses=states.IN_FLIGHT, payer_ids=[payer_id])
    pending = payment_queries.list_wanted(actor=actor, wanted=wanted, limit=MOST_PENDING).rows
    return Yearly(
        year=year,
        people=_people(paid, shares, lines),
        pending=tuple(payment for payment in pending if payment.effective_on.year == year),
    )


def _people(
    paid: Sequence[PaymentRow],
    shares: Mapping[int, Sequence[ShareRow]],
    lines: Mapping[int, Sequence[LineRow]],
) -> tuple[Person, ...]:
    by_account: dict[int, list[PaymentRow]] = {}
    for payment in paid:
        by_account.setdefault(payment.account_id, []).append(payment)
    people = [_person(payments, shares, lines) for payments in by_account.values()]
    return tuple(sorted(people, key=lambda person: (person.for_whom, person.account_id)))


def _person(
    payments: Sequence[PaymentRow],
    shares: Mapping[int, Sequence[ShareRow]],
    lines: Mapping[int, Sequence[LineRow]],
) -> Person:
    paid_of: dict[int, int] = {}
    for share in (share for payment in payments for share in shares[payment.id] if not share.is_released):
        paid_of[share.invoice_id] = paid_of.get(share.invoice_id, 0) + share.amount_minor
    whole = [
        i for i, minor in paid_of.items() if minor == sum(line.amount_minor for line in lines.get(i, ()))
    ]
    first = payments[0]
    return Person(
        account_id=first.account_id,
        for_whom=first.for_whom,
        account_number=first.account_number,
        kinds=changes.sum_by_kind(line for invoice_id in whole for line in lines[invoice_id]),
        part_minor=sum(minor for invoice_id, minor in paid_of.items() if invoice_id not in whole),
        credit_minor=sum(p.amount_minor - p.refunded_minor for p in payments) - sum(paid_of.values()),
        fee_minor=sum(p.fee_minor - p.refunded_fee_minor for p in payments),
        payments=tuple(payments),
    )
