"""The Invoices tab as values: what is owed, by the person the bills are for, and the rows of one page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from counterfoil.billers.queries import BillerRow
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payments.balances import Balance
from counterfoil.schedules import lateness, states
from counterfoil.schedules.rows import ScheduledSum
from counterfoil.ui import formats

MOST_NAMED: Final = 3
# What is set for later, by account and payer.
Later: TypeAlias = Mapping[tuple[int, int], tuple[ScheduledSum, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """One invoice of the list, with its addresses; `pay_url` is empty where nothing can be paid.

    `set_words` says what is set for it already, such as its autopay date.
    """

    invoice: InvoiceRow
    status: str
    url: str
    pdf_url: str
    pay_url: str
    set_words: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed for one person at one biller.

    `next_due_on` is the day of autopay where that is later than the bill's own (`schedules.lateness`). `pay_url` is
    empty where nothing can be paid, `ahead_url` where nothing can be paid ahead.
    """

    account_id: int
    account_ref: str
    payer_id: int
    for_whom: str
    account_number: str
    biller_name: str
    currency: str
    outstanding_minor: int
    pending_minor: int
    credit_minor: int
    credit_applies: bool
    next_due_on: date | None
    is_overdue: bool
    pay_url: str
    ahead_url: str = ""
    set_for_later: tuple[ScheduledSum, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """The sum over everything this login pays for."""

    currency: str
    outstanding_minor: int
    pending_minor: int
    credit_minor: int
    credit_applies: bool
    next_due_on: date | None
    is_overdue: bool
    pay_url: str
    people: tuple[Owed, ...]
    today: date | None = None

    @property
    def set_words(self) -> tuple[str, ...]:
        """What is set for later, a sentence each, the first days first (product.md 7)."""
        found = sorted(
            ((each, owed.currency) for owed in self.people for each in owed.set_for_later),
            key=lambda pair: (pair[0].run_on, pair[0].ref),
        )
        words = [
            _("%(amount)s is set for %(day)s")
            % {"amount": formats.money(each.amount_minor, currency=currency), "day": self._day(each.run_on)}
            for each, currency in found[:MOST_NAMED]
        ]
        more = len(found) - MOST_NAMED
        if more > 0:
            words.append(ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more})
        return tuple(words)

    def _day(self, day: date) -> str:
        return formats.day(day, reference=self.today)

    @property
    def ahead_url(self) -> str:
        """Where **Pay Ahead** leads: offered at the head of the page where it is the only thing to do."""
        return self.people[0].ahead_url if len(self.people) == 1 else ""

    @property
    def is_shared(self) -> bool:
        """Tell whether there is more than one person to pay for."""
        return len(self.people) > 1


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one page that are for the same person."""

    owed: Owed
    rows: tuple[Row, ...]


def pay_url(balance: Balance, *, invoice_ref: str = "") -> str:
    """Return where the window Make a Payment opens: for everything outstanding, or with one invoice ticked."""
    url = reverse("portal-pay", args=[balance.payer_ref, balance.account_ref])
    return f"{url}?{urlencode({'invoice': invoice_ref})}" if invoice_ref else url


def owed(
    balance: Balance,
    *,
    biller: BillerRow,
    can_pay: bool,
    today: date,
    later: tuple[ScheduledSum, ...] = (),
    opened: Sequence[InvoiceRow] = (),
) -> Owed:
    """Return one balance as the page shows it; `later` is what is set for it.

    `opened` are its open invoices, where autopay may take one that is past its due date on a later day.
    """
    next_due_on = lateness.next_due_on(invoices=opened, later=later) or balance.next_due_on
    takes_ahead = can_pay and not balance.outstanding_minor and biller.portal.prepayment_allowed
    return Owed(
        account_id=balance.account_id,
        account_ref=balance.account_ref,
        payer_id=balance.payer_id,
        for_whom=balance.for_whom,
        account_number=balance.account_number,
        biller_name=biller.name,
        currency=biller.currency,
        outstanding_minor=balance.outstanding_minor,
        pending_minor=balance.pending_minor,
        credit_minor=balance.credit_minor,
        credit_applies=balance.credit_applies,
        next_due_on=next_due_on,
        is_overdue=next_due_on is not None and next_due_on < today,
        pay_url=pay_url(balance) if can_pay and balance.outstanding_minor else "",
        ahead_url=f"{pay_url(balance)}?{urlencode({'ahead': 1})}" if takes_ahead else "",
        set_for_later=later,
    )


def summary(people: Sequence[Owed], *, today: date | None = None) -> Summary:
    """Return the sum; Pay Outstanding leads to the one person with something to pay, or to a choice between them."""
    payable = [each.pay_url for each in people if each.pay_url]
    due = [each for each in people if each.next_due_on is not None]
    first_due = min((each.next_due_on for each in due if each.next_due_on), default=None)
    return Summary(
        currency=people[0].currency if people else "USD",
        outstanding_minor=sum(each.outstanding_minor for each in people),
        pending_minor=sum(each.pending_minor for each in people),
        credit_minor=sum(each.credit_minor for each in people),
        credit_applies=all(each.credit_applies for each in people if each.credit_minor),
        next_due_on=first_due,
        is_overdue=any(each.is_overdue for each in due),
        pay_url=payable[0] if len(payable) == 1 else reverse("portal-pay-choose") if payable else "",
        people=tuple(people),
        today=today,
    )


def row(
    invoice: InvoiceRow,
    *,
    balance: Balance | None,
    can_pay: bool,
    today: date,
    later: Sequence[ScheduledSum] = (),
) -> Row:
    """Return one invoice as the list shows it; `later` is what is set for its account."""
    payable = can_pay and balance is not None and invoice.payable_minor > 0
    mine = next(
        (each for each in later if any(ref == invoice.public_id for ref, _minor in each.amounts)), None
    )
    return Row(
        invoice=invoice,
        status=lateness.shown_status(invoice=invoice, today=today, later=later),
        url=reverse("portal-invoice", args=[invoice.public_id]),
        pdf_url="" if invoice.shared_by else reverse("portal-invoice-pdf", args=[invoice.public_id]),
        pay_url=pay_url(balance, invoice_ref=invoice.public_id) if payable and balance else "",
        set_words=_set_words(mine) if mine is not None else "",
    )


def _set_words(later: ScheduledSum) -> str:
    day = {"day": formats.day(later.run_on, long=False)}
    return _("Autopay on %(day)s") % day if later.origin == states.AUTOPAY else _("Set for %(day)s") % day


def groups(rows: Iterable[Row], *, owed_by_pair: Mapping[tuple[int, int], Owed]) -> tuple[Group, ...]:
    """Return the rows by the person they are for, in the order of the people."""
    listed: dict[tuple[int, int], list[Row]] = {pair: [] for pair in owed_by_pair}
    for each in rows:
        listed.setdefault((each.invoice.account_id, each.invoice.payer_id), []).append(each)
    return tuple(
        Group(owed_by_pair[pair], tuple(found))
        for pair, found in listed.items()
        if found and pair in owed_by_pair
    )


def find(balances: Collection[Balance], *, account_id: int, payer_id: int) -> Balance | None:
    """Return the balance of one payer on one account."""
    return next((b for b in balances if b.account_id == account_id and b.payer_id == payer_id), None)
