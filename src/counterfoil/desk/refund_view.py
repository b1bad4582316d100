"""Refunds as the desk's pages show them: what a review takes from where, what became of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib.messages import SUCCESS, WARNING
from django.utils.translation import gettext as _

from counterfoil.desk import words
from counterfoil.flows.refunds.plan import Plan
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.notices import reasons
from counterfoil.payments import states as payment_states
from counterfoil.payments.rows import PaymentRow
from counterfoil.refunds import states
from counterfoil.refunds.queries import RefundRow
from counterfoil.ui import formats, refunds as refund_words

BANK: Final = "bank"


@dataclass(frozen=True, slots=True)
class From:
    """One bill that money of a refund is taken out of; `open_minor` is what is open of it afterwards."""

    invoice: InvoiceRow
    amount_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """One refund; `note` says what became of it, `code` the gateway's own word for why it failed.

    `bills` says what became of what the payment had paid.
    """

    row: RefundRow
    word: str
    bills: str
    note: str
    code: str


def bills(made: Plan, invoices: Mapping[int, InvoiceRow], *, lowers: bool) -> list[From]:
    """Return what is taken out of which bill; one that is lowered has as much open as before."""
    return [
        From(
            invoice=invoices[part.invoice_id],
            amount_minor=part.amount_minor,
            open_minor=invoices[part.invoice_id].open_minor + (0 if lowers else part.amount_minor),
        )
        for part in made.invoices
    ]


def can_be_lost_until(payment: PaymentRow, *, today: date) -> date | None:
    """Return until when the bank can still take a debit back, refunded or not; None where it cannot any more."""
    until = payment.returnable_until
    return until if payment.method_kind == BANK and until is not None and until >= today else None


def lines(refunds: Iterable[RefundRow], *, payment: PaymentRow, today: date) -> list[Line]:
    """Return the refunds of a payment as its page lists them."""
    return [
        Line(
            row=row,
            word=_("Came back") if refund_words.has_come_back(row) else "",
            bills=_bills(row, payment),
            note=_note(row, today),
            code=row.reason_code,
        )
        for row in refunds
    ]


def _bills(row: RefundRow, payment: PaymentRow) -> str:
    """Say what the money was taken from, or, where it stayed, what became of it."""
    if row.status == states.FAILED:
        # Where the bank took the payment back as well, there is nothing to have to one's credit.
        credit = formats.money(row.amount_minor, currency=row.currency)
        is_credit = payment.status != payment_states.RETURNED
        return _("%(amount)s became the payer's credit") % {"amount": credit} if is_credit else ""
    amount = formats.money(row.amount_minor - row.credit_minor, currency=row.currency)
    if row.amount_minor == row.credit_minor:
        return _("Out of credit")
    said = _("Bills lowered by %(amount)s") if row.lowers_bills else _("%(amount)s owed again")
    return said % {"amount": amount}


def _note(row: RefundRow, today: date) -> str:
    if row.status in states.UNRESOLVED:
        return _("We are asking the gateway what became of it.")
    if row.status == states.PENDING and row.expected_on is not None:
        return _("Expected %(day)s") % {"day": formats.day(row.expected_on, reference=today)}
    if row.status == states.REFUNDED and row.refunded_on is not None:
        return _("On %(day)s") % {"day": formats.day(row.refunded_on, reference=today)}
    return failure(row.reason_code) if row.status == states.FAILED else ""


def failure(code: str) -> str:
    """Return why a refund failed, as a sentence; empty for a code that has no words."""
    if code in words.REFUND_CODES:
        return words.of(words.REFUND_CODES, code)
    if code[:1] == "R" and code[1:].isdecimal():
        why = reasons.ach_return(code)
        return f"{why[:1].upper()}{why[1:]}."
    return ""


def outcome(row: RefundRow, *, today: date) -> tuple[int, str]:
    """Return what became of a refund so far, for who has just begun it: the message's level and its words."""
    total = formats.money(row.total_minor, currency=row.currency)
    credit = formats.money(row.amount_minor, currency=row.currency)
    if row.status == states.REFUNDED:
        return SUCCESS, _("%(amount)s was refunded.") % {"amount": total}
    if row.status == states.FAILED:
        named = {"amount": total, "credit": credit}
        return WARNING, _(
            "The refund of %(amount)s was refused. %(credit)s is the payer's credit now."
        ) % named
    if row.status == states.PENDING and row.expected_on is not None:
        named = {"amount": total, "day": formats.day(row.expected_on, reference=today)}
        return SUCCESS, _("The refund of %(amount)s is on its way until about %(day)s.") % named
    if row.status == states.PENDING:
        return SUCCESS, _("The refund of %(amount)s is on its way.") % {"amount": total}
    return WARNING, _(
        "We are confirming the refund of %(amount)s. Do not send it again: its page says what became of it."
    ) % {"amount": total}
