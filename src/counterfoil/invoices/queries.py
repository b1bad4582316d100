"""Reads of invoices. Lists come back as frozen rows, page by page, newest due date first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from counterfoil.core import db, errors, scope
from counterfoil.core.actor import Actor
from counterfoil.invoices import states
from counterfoil.invoices.models import Invoice, InvoiceLine
from counterfoil.payers import names

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice as a list shows it. Amounts in minor units."""

    id: int
    public_id: str
    number: str
    status: str
    issued_on: date
    due_on: date
    currency: str
    total_minor: int
    open_minor: int
    pending_minor: int
    is_disputed: bool
    biller_id: int
    biller_name: str
    account_id: int
    account_number: str
    for_whom: str
    payer_id: int
    payer_name: str

    @property
    def payable_minor(self) -> int:
        """What is open and not already on its way."""
        return self.open_minor - self.pending_minor if self.status == states.OPEN else 0

    def shown_status(self, today: date) -> str:
        """The status in words: partly paid and overdue are derived; what is pending is not overdue."""
        if self.status == states.OPEN and self.pending_minor:
            return "Payment pending"
        if self.status == states.OPEN and self.due_on < today:
            return "Overdue"
        if self.status == states.OPEN and self.open_minor < self.total_minor:
            return "Partly paid"
        return self.status.capitalize()


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an invoice."""

    description: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a list begins: after this row."""

    due_on: date
    id: int

    def __str__(self) -> str:
        return f"{self.due_on.isoformat()}.{self.id}"


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Some invoices, and where the next page begins."""

    rows: list[InvoiceRow]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class OpenSum:
    """What one payer owes on one billing account."""

    account_id: int
    payer_id: int
    biller_id: int
    open_minor: int
    next_due_on: date | None
    count: int


_COLUMNS = (
    "id", "public_id", "number", "status", "issued_on", "due_on", "currency", "total_minor", "open_minor",
    "pending_minor", "is_disputed", "biller_id", "biller__name", "account_id", "account__number",
    "account__holder_name", "payer_id", "payer__name",
)  # fmt: skip


def _visible(actor: Actor) -> QuerySet[Invoice]:
    return Invoice.objects.filter(
        scope.visible(actor=actor, staff_permission="see_invoices", payer_permission="see_invoices")
    )


def read_cursor(text: str) -> Cursor | None:
    """Return the cursor a page address names; None for none, or for nonsense."""
    day, _, row_id = text.partition(".")
    try:
        return Cursor(date.fromisoformat(day), int(row_id))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which invoices a list is of. `show` is open, overdue (needs the biller's `today`), paid or all; never drafts."""

    show: str = "all"
    search: str = ""
    account_id: int | None = None
    today: date | None = None


def list_page(
    *,
    actor: Actor,
    show: str = "all",
    search: str = "",
    account_id: int | None = None,
    after: Cursor | None = None,
    limit: int = PAGE_SIZE,
) -> InvoicePage:
    """Return one page of the invoices the actor may see. `show` is open, paid or all; drafts are never among them."""
    wanted = Wanted(show=show, search=search, account_id=account_id)
    return list_wanted(actor=actor, wanted=wanted, after=after, limit=limit)


def list_wanted(
    *, actor: Actor, wanted: Wanted, after: Cursor | None = None, limit: int = PAGE_SIZE
) -> InvoicePage:
    """Return one page of the invoices that are wanted and that the actor may see."""
    rows = _wanted(actor, wanted)
    if after is not None:
        rows = rows.filter(due_on__lte=after.due_on).filter(
            Q(due_on__lt=after.due_on) | Q(due_on=after.due_on, id__lt=after.id)
        )
    found = [InvoiceRow(*row) for row in rows.order_by("-due_on", "-id").values_list(*_COLUMNS)[: limit + 1]]
    more = found[limit - 1] if len(found) > limit else None
    return InvoicePage(found[:limit], Cursor(more.due_on, more.id) if more else None)


def count_wanted(*, actor: Actor, wanted: Wanted, at_most: int) -> int:
    """Return how many there are; counting stops one past `at_most`."""
    return _wanted(actor, wanted).order_by()[: at_most + 1].count()


def _wanted(actor: Actor, wanted: Wanted) -> QuerySet[Invoice]:
    rows = _visible(actor).exclude(status=states.DRAFT)
    if wanted.show in {states.OPEN, states.PAID}:
        rows = rows.filter(status=wanted.show)
    if wanted.show == "overdue" and wanted.today is not None:
        rows = rows.filter(status=states.OPEN, due_on__lt=wanted.today, open_minor__gt=F("pending_minor"))
    if wanted.search:
        rows = rows.filter(
            Q(number__istartswith=wanted.search)
            | Q(account__number__istartswith=wanted.search)
            | Q(account__sort_name__contains=names.fold(wanted.search))
        )
    if wanted.account_id is not None:
        rows = rows.filter(account_id=wanted.account_id)
    return rows


def list_open(*, actor: Actor, payer_id: int, account_id: int) -> list[InvoiceRow]:
    """Return the open invoices addressed to one payer on one account, oldest due first."""
    rows = _visible(actor).filter(status=states.OPEN, payer_id=payer_id, account_id=account_id)
    return [InvoiceRow(*row) for row in rows.order_by("due_on", "id").values_list(*_COLUMNS)]


def list_open_of(
    *, actor: Actor, pairs: Collection[tuple[int, int]]
) -> dict[tuple[int, int], list[InvoiceRow]]:
    """Return the open invoices of each `(account id, payer id)`, oldest due first; one query."""
    rows = _visible(actor).filter(
        status=states.OPEN,
        account_id__in={account for account, _ in pairs},
        payer_id__in={payer for _, payer in pairs},
    )
    found: dict[tuple[int, int], list[InvoiceRow]] = {}
    for values in rows.order_by("due_on", "id").values_list(*_COLUMNS):
        row = InvoiceRow(*values)
        found.setdefault((row.account_id, row.payer_id), []).append(row)
    return found


def get(*, actor: Actor, public_id: str) -> InvoiceRow:
    """Return one invoice the actor may see.

    :raises NotFound: there is none.
    """
    row = (
        _visible(actor)
        .exclude(status=states.DRAFT)
        .filter(public_id=public_id)
        .values_list(*_COLUMNS)
        .first()
    )
    if row is None:
        raise errors.NotFound("invoice")
    return InvoiceRow(*row)


def list_by_ids(*, actor: Actor, invoice_ids: Collection[int]) -> list[InvoiceRow]:
    """Return these invoices, as far as the actor may see them, oldest due first."""
    rows = _visible(actor).filter(pk__in=invoice_ids).order_by("due_on", "id")
    return [InvoiceRow(*row) for row in rows.values_list(*_COLUMNS)]


def list_lines(*, actor: Actor, invoice_id: int) -> list[LineRow]:
    """Return the lines of an invoice; none where the actor may see the invoice but not its lines."""
    rows = InvoiceLine.objects.filter(
        scope.visible(
            actor=actor,
            staff_permission="see_invoices",
            payer_permission="see_lines",
            payer_field="invoice__payer_id",
        ),
        invoice_id=invoice_id,
    )
    return [LineRow(*row) for row in rows.order_by("position").values_list("description", "amount_minor")]


def sum_open(*, actor: Actor, payer_ids: Collection[int] | None = None) -> list[OpenSum]:
    """Return what is open for each payer and account the actor may see, with the next due date."""
    rows = _visible(actor).filter(status=states.OPEN)
    if payer_ids is not None:
        rows = rows.filter(payer_id__in=payer_ids)
    sums = rows.values_list("account_id", "payer_id", "biller_id").annotate(
        open=Sum("open_minor"),
        # What is wholly on its way is not due next.
        next_due_on=Min("due_on", filter=Q(open_minor__gt=F("pending_minor"))),
        count=Count("id"),
    )
    return [OpenSum(*row) for row in sums]


def list_taken_numbers(*, actor: Actor, biller_id: int, numbers: Collection[str]) -> set[str]:
    """Return those of these numbers that a biller's invoices have. One query for as many as an import has."""
    rows = _visible(actor).filter(biller_id=biller_id, number__in=list(numbers))
    return set(rows.values_list("number", flat=True))


def lock(*, invoice_ids: Collection[int]) -> list[Invoice]:
    """Lock these invoices for the length of the transaction."""
    return db.lock_rows(Invoice.objects.all(), kind="invoice", ids=invoice_ids)


def locked(*, invoice_ids: Collection[int]) -> list[Invoice]:
    """Return invoices that this transaction has locked already."""
    return lock(invoice_ids=invoice_ids)


def open_ids(*, pairs: Collection[tuple[int, int]]) -> list[int]:
    """Return the ids of the open invoices that payments of these `(account id, payer id)` could pay, to lock them."""
    rows = Invoice.objects.filter(
        status=states.OPEN,
        account_id__in={account for account, _ in pairs},
        payer_id__in={payer for _, payer in pairs},
    )
    found = rows.values_list("pk", "account_id", "payer_id")
    return [invoice_id for invoice_id, account, payer in found if (account, payer) in pairs]
