"""A statement of account: what a payer owed when a period began, what changed it, and what was owed when it ended.

Every figure is a sum of the books: receivables of the bills addressed to the payer, less the payer's credit. An entry
stands on the day of its event (an invoice on its own date, a payment on the day it was Paid). What is on its way is
in no figure; it is named beside the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from counterfoil.core.actor import Actor
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.rows import InvoiceRow
from counterfoil.ledger import queries as ledger_queries
from counterfoil.ledger.queries import MoveRow
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.rows import PaymentRow

INVOICE_REF = "inv:"
PAYMENT_REF = "pay_"
REFUND = "refund."


@dataclass(frozen=True, slots=True)
class Move:
    """One line: what happened, on which day, and what is owed after it. Minor units; positive is owed more.

    `kind` is the entry's, such as `invoice.issued`; the number of the invoice or payment is empty where it is not
    the payer's to see. `source_ref` is what the entry names as its cause.
    """

    day: date
    kind: str
    number: str
    method_label: str
    amount_minor: int
    balance_minor: int
    source_ref: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A period of one payer on one account. A balance below zero is credit."""

    first: date
    last: date
    opening_minor: int
    moves: tuple[Move, ...]

    @property
    def closing_minor(self) -> int:
        """What was owed when the period ended."""
        return self.moves[-1].balance_minor if self.moves else self.opening_minor

    @property
    def refund_refs(self) -> set[str]:
        """The refunds that lines are about: their payments are known to who reads refunds."""
        return {move.source_ref for move in self.moves if move.kind.startswith(REFUND)}

    @property
    def charged_minor(self) -> int:
        """What was owed more."""
        return sum(move.amount_minor for move in self.moves if move.amount_minor > 0)

    @property
    def paid_minor(self) -> int:
        """What was owed less."""
        return -sum(move.amount_minor for move in self.moves if move.amount_minor < 0)


def read(*, actor: Actor, account_id: int, payer_id: int, first: date, last: date) -> Statement:
    """Return the statement of a payer on an account between two days, both counted. Four queries.

    Only what the actor's user profile shows under documents; everybody else gets an empty one.
    """
    pair = (account_id, payer_id)
    opening = ledger_queries.owed_before(actor=actor, pair=pair, day=first)
    rows = ledger_queries.list_moves(actor=actor, pair=pair, first=first, last=last)
    return Statement(
        first, last, opening, _moves(opening, rows, _invoices(actor, rows), _payments(actor, rows))
    )


def with_refunded(found: Statement, payments: Mapping[str, PaymentRow]) -> Statement:
    """Return the same statement with each refund's line naming its payment; `payments` by the refund's public id."""
    moves = tuple(_naming(move, payments.get(move.source_ref)) for move in found.moves)
    return replace(found, moves=moves)


def _naming(move: Move, payment: PaymentRow | None) -> Move:
    if payment is None:
        return move
    return replace(move, number=payment.number, method_label=payment.method_label)


def _invoices(actor: Actor, rows: Sequence[MoveRow]) -> dict[str, InvoiceRow]:
    ids = {row.source_ref: invoice_id(row.source_ref) for row in rows}
    found = invoice_queries.list_by_ids(actor=actor, invoice_ids={i for i in ids.values() if i is not None})
    by_id = {invoice.id: invoice for invoice in found}
    return {ref: by_id[i] for ref, i in ids.items() if i in by_id}


def invoice_id(source_ref: str) -> int | None:
    """Return the invoice that an entry names as its source, `inv:7` or `inv:7:some key`; None for any other."""
    kind, _, rest = source_ref.partition(":")
    number = rest.partition(":")[0]
    return int(number) if f"{kind}:" == INVOICE_REF and number.isdecimal() else None


def _payments(actor: Actor, rows: Sequence[MoveRow]) -> dict[str, PaymentRow]:
    refs = {row.source_ref for row in rows if row.source_ref.startswith(PAYMENT_REF)}
    return payment_queries.map_by_refs(actor=actor, public_ids=refs)


def _moves(
    opening_minor: int,
    rows: Sequence[MoveRow],
    invoices: Mapping[str, InvoiceRow],
    payments: Mapping[str, PaymentRow],
) -> tuple[Move, ...]:
    moves, balance = [], opening_minor
    for row in rows:
        balance += row.amount_minor
        payment, invoice = payments.get(row.source_ref), invoices.get(row.source_ref)
        number = payment.number if payment else invoice.number if invoice else ""
        label = payment.method_label if payment else ""
        moves.append(
            Move(row.effective_on, row.kind, number, label, row.amount_minor, balance, row.source_ref)
        )
    return tuple(moves)
