"""Reads of invoices. Lists come back as frozen rows, page by page, newest due date first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from counterfoil.core import db, errors, pages, scope
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.core.pages import Cursor, Page
from counterfoil.invoices import rows as invoice_rows, states
from counterfoil.invoices.models import Invoice, InvoiceLine, InvoicePart
from counterfoil.invoices.rows import InvoiceRow, LineRow, OpenSum, PartRow
from counterfoil.payers import search_queries

# Rows are asked for under this module's name.
__all__ = ["Invoice", "InvoicePart", "InvoiceRow", "LineRow", "OpenSum", "PartRow"]

PAGE_SIZE = 24


_COLUMNS = (
    "id", "public_id", "number", "status", "issued_on", "due_on", "currency", "total_minor", "open_minor",
    "pending_minor", "is_disputed", "biller_id", "biller__name", "account_id", "account__number",
    "account__holder_name", "payer_id", "payer__name", "is_shared",
)  # fmt: skip
_SELECT = f"""
    SELECT {db.columns(_COLUMNS, of="invoice")} FROM invoices_invoice invoice
    JOIN billers_biller biller ON biller.id = invoice.biller_id
    JOIN payers_billingaccount account ON account.id = invoice.account_id
    JOIN payers_payer payer ON payer.id = invoice.payer_id
"""  # noqa: S608 - our own names
_PART_COLUMNS = (
    "invoice_id", "payer_id", "payer__name", "share_ref", "percent_bp", "agreed_minor", "paid_minor",
    "pending_minor", "is_live", "sees_lines",
)  # fmt: skip


def _addressed(actor: Actor) -> QuerySet[Invoice]:
    return Invoice.objects.filter(
        scope.visible(actor=actor, staff_permission="see_invoices", payer_permission="see_invoices")
    )


def _visible(actor: Actor) -> QuerySet[Invoice]:
    """Return what is addressed to the actor, and what is shared with the actor now; nothing else of anybody's."""
    addressed = scope.visible(actor=actor, staff_permission="see_invoices", payer_permission="see_invoices")
    sharing = actor.part_payer_ids("see_invoices") if actor.kind == ActorKind.PAYER else ()
    if not sharing:
        return Invoice.objects.filter(addressed)
    shared = InvoicePart.objects.filter(payer_id__in=sharing, is_live=True).values("invoice_id")
    return Invoice.objects.filter(addressed | Q(pk__in=shared))


def _parts_of_takers(actor: Actor, payer_ids: Collection[int] | None) -> QuerySet[InvoicePart]:
    """Return the parts of open invoices that these payers owe, as far as the actor may see them."""
    owed = InvoicePart.objects.filter(Q(is_live=True) | Q(pending_minor__gt=0), invoice__status=states.OPEN)
    if actor.kind == ActorKind.PAYER:
        mine = set(actor.part_payer_ids("see_invoices"))
        return owed.filter(payer_id__in=mine if payer_ids is None else mine & set(payer_ids))
    owed = owed.filter(scope.visible(actor=actor, staff_permission="see_invoices"))
    return owed if payer_ids is None else owed.filter(payer_id__in=payer_ids)


def _parts(parts: QuerySet[InvoicePart]) -> list[PartRow]:
    return [PartRow(*row) for row in parts.order_by("pk").values_list(*_PART_COLUMNS)]


def _by_invoice(invoices: Iterable[InvoiceRow]) -> dict[int, list[PartRow]]:
    """Return the parts of those of these invoices that are shared; no query where none is."""
    shared = [row.id for row in invoices if row.is_shared]
    found: dict[int, list[PartRow]] = {invoice_id: [] for invoice_id in shared}
    for part in _parts(InvoicePart.objects.filter(invoice_id__in=shared)) if shared else ():
        found[part.invoice_id].append(part)
    return found


def _as_owed(actor: Actor, invoices: list[InvoiceRow]) -> list[InvoiceRow]:
    """Return invoices as the actor owes them; one who is addressee and sharer of the same invoice gets both rows."""
    if actor.kind != ActorKind.PAYER or not any(row.is_shared for row in invoices):
        return invoices
    mine, parts, seen = set(actor.payer_ids("see_invoices")), _by_invoice(invoices), list[InvoiceRow]()
    for row in invoices:
        others = parts.get(row.id, [])
        if row.payer_id in mine:
            seen.append(invoice_rows.of_addressee(row, others))
        seen += [
            invoice_rows.of_sharer(row, part) for part in others if part.is_live and part.payer_id in mine
        ]
    return seen


def read_cursor(text: str) -> Cursor | None:
    """Return the cursor a page address names; None for none, or for nonsense."""
    return pages.read_cursor(text, of=date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which invoices a list is of. `show` is open, overdue (needs the biller's `today`), paid or all; never drafts.

    `but_ids` are left out, whatever is shown.
    """

    show: str = "all"
    search: str = ""
    account_id: int | None = None
    today: date | None = None
    but_ids: Collection[int] = ()


def list_page(
    *,
    actor: Actor,
    show: str = "all",
    search: str = "",
    account_id: int | None = None,
    after: Cursor | None = None,
    limit: int = PAGE_SIZE,
) -> Page[InvoiceRow]:
    """Return one page of the invoices the actor may see. `show` is open, paid or all; drafts are never among them."""
    wanted = Wanted(show=show, search=search, account_id=account_id)
    return list_wanted(actor=actor, wanted=wanted, after=after, limit=limit)


def list_wanted(
    *, actor: Actor, wanted: Wanted, after: Cursor | None = None, limit: int = PAGE_SIZE
) -> Page[InvoiceRow]:
    """Return one page of the invoices that are wanted and that the actor may see."""
    rows = pages.after(_wanted(actor, wanted), column="due_on", cursor=after)
    found = [InvoiceRow(*row) for row in rows.values_list(*_COLUMNS)[: limit + 1]]
    page = pages.cut(found, limit=limit, cursor=lambda row: Cursor(row.due_on, row.id))
    return Page(_as_owed(actor, page.rows), page.next)


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
            | search_queries.of_accounts(actor=actor, search=wanted.search)
        )
    if wanted.account_id is not None:
        rows = rows.filter(account_id=wanted.account_id)
    return rows.exclude(pk__in=wanted.but_ids) if wanted.but_ids else rows


def list_open(*, actor: Actor, payer_id: int, account_id: int) -> list[InvoiceRow]:
    """Return the open invoices that one payer owes on one account, or has a share of, oldest due first."""
    pair = (account_id, payer_id)
    return list_open_of(actor=actor, pairs={pair}).get(pair, [])


def list_open_of(
    *, actor: Actor, pairs: Collection[tuple[int, int]]
) -> dict[tuple[int, int], list[InvoiceRow]]:
    """Return the open invoices of each `(account id, payer id)` as that payer owes them, oldest due first.

    Addressed ones less what others took; shared ones as the share. One query, or four where bills are shared.
    """
    payer_ids = {payer for _, payer in pairs}
    rows = _list_addressed(actor, account_ids={account for account, _ in pairs}, payer_ids=payer_ids)
    parts = _by_invoice(rows)
    found: dict[tuple[int, int], list[InvoiceRow]] = {}
    for row in rows:
        owed = invoice_rows.of_addressee(row, parts[row.id]) if row.is_shared else row
        found.setdefault((row.account_id, row.payer_id), []).append(owed)
    for owed in _list_taken(actor, payer_ids):
        found.setdefault((owed.account_id, owed.payer_id), []).append(owed)
    return {
        pair: sorted(owed, key=lambda row: (row.due_on, row.id))
        for pair, owed in found.items()
        if pair in pairs
    }


def _list_addressed(actor: Actor, *, account_ids: set[int], payer_ids: set[int]) -> list[InvoiceRow]:
    """Return the open invoices of these accounts that are addressed to these payers, oldest due first."""
    seen, ids = scope.condition(
        actor=actor,
        staff_permission="see_invoices",
        payer_permission="see_invoices",
        by_payer="invoice.payer_id = ANY(%s)",
        by_biller="invoice.biller_id = ANY(%s)",
    )
    found = db.select(
        f"{_SELECT} WHERE {seen} AND invoice.status = %s AND invoice.account_id = ANY(%s)"
        " AND invoice.payer_id = ANY(%s) ORDER BY invoice.due_on, invoice.id",
        [*ids, states.OPEN, list(account_ids), list(payer_ids)],
    )
    return [InvoiceRow(*row) for row in found]


def _list_taken(actor: Actor, payer_ids: Collection[int]) -> list[InvoiceRow]:
    """Return what these payers took of open invoices that are addressed to others, as they owe it."""
    if actor.kind == ActorKind.PAYER and not actor.part_payer_ids("see_invoices"):
        return []
    parts = _parts(_parts_of_takers(actor, payer_ids))
    if not parts:
        return []
    invoices = Invoice.objects.filter(pk__in={part.invoice_id for part in parts})
    by_id = {row.id: row for row in (InvoiceRow(*each) for each in invoices.values_list(*_COLUMNS))}
    return [invoice_rows.of_sharer(by_id[part.invoice_id], part) for part in parts]


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
    return _as_owed(actor, [InvoiceRow(*row)])[0]


def list_by_ids(*, actor: Actor, invoice_ids: Collection[int]) -> list[InvoiceRow]:
    """Return these invoices, as far as the actor may see them, oldest due first."""
    rows = _visible(actor).filter(pk__in=invoice_ids).order_by("due_on", "id")
    return _as_owed(actor, [InvoiceRow(*row) for row in rows.values_list(*_COLUMNS)])


def list_parts(*, actor: Actor, invoice_ids: Collection[int]) -> dict[int, list[PartRow]]:
    """Return who took what of these invoices, and what came of it: to everybody who may see them."""
    seen = set(_visible(actor).filter(pk__in=invoice_ids, is_shared=True).values_list("pk", flat=True))
    found: dict[int, list[PartRow]] = {invoice_id: [] for invoice_id in seen}
    for part in _parts(InvoicePart.objects.filter(invoice_id__in=seen)) if seen else ():
        found[part.invoice_id].append(part)
    return found


def list_lines(*, actor: Actor, invoice_id: int) -> list[LineRow]:
    """Return the lines of an invoice; none where the actor may see the invoice but not its lines."""
    return list_lines_of(actor=actor, invoice_ids=[invoice_id]).get(invoice_id, [])


def list_lines_of(*, actor: Actor, invoice_ids: Collection[int]) -> dict[int, list[LineRow]]:
    """Return the lines of these invoices, as far as the actor may see lines; one query."""
    seen = scope.visible(
        actor=actor,
        staff_permission="see_invoices",
        payer_permission="see_lines",
        payer_field="invoice__payer_id",
    )
    sharing = actor.part_payer_ids("see_invoices") if actor.kind == ActorKind.PAYER else ()
    if sharing:
        # A sharer sees them only where the account holder allowed it, whatever the user profile says.
        shared = InvoicePart.objects.filter(payer_id__in=sharing, is_live=True, sees_lines=True)
        seen |= Q(invoice_id__in=shared.values("invoice_id"))
    rows = InvoiceLine.objects.filter(seen, invoice_id__in=invoice_ids).order_by("invoice_id", "position")
    found: dict[int, list[LineRow]] = {}
    for invoice_id, description, amount in rows.values_list("invoice_id", "description", "amount_minor"):
        found.setdefault(invoice_id, []).append(LineRow(description, amount))
    return found


def find_previous(*, actor: Actor, invoice: InvoiceRow) -> InvoiceRow | None:
    """Return the invoice of the same account and payer that was issued before this one; None for the first."""
    rows = _addressed(actor).filter(
        Q(issued_on__lt=invoice.issued_on) | Q(issued_on=invoice.issued_on, id__lt=invoice.id),
        account_id=invoice.account_id,
        payer_id=invoice.payer_id,
        status__in=(states.OPEN, states.PAID),
    )
    row = rows.order_by("-issued_on", "-id").values_list(*_COLUMNS).first()
    return InvoiceRow(*row) if row else None


def sum_open(*, actor: Actor, payer_ids: Collection[int] | None = None) -> list[OpenSum]:
    """Return what each payer owes on each account the actor may see, with the next due date; shares counted.

    One query where no bill is shared.
    """
    rows = _addressed(actor).filter(status=states.OPEN)
    if payer_ids is not None:
        rows = rows.filter(payer_id__in=payer_ids)
    sums = rows.values_list("account_id", "payer_id", "biller_id").annotate(
        open=Sum("open_minor"),
        # What is wholly on its way is not due next.
        next_due_on=Min("due_on", filter=Q(open_minor__gt=F("pending_minor"))),
        count=Count("id"),
        shared=Count("id", filter=Q(is_shared=True)),
    )
    found, shared = dict[tuple[int, int], OpenSum](), dict[tuple[int, int], int]()
    for account_id, payer_id, biller_id, *figures, is_shared in sums:
        found[account_id, payer_id] = OpenSum(account_id, payer_id, biller_id, *figures)
        if is_shared:
            shared[account_id, payer_id] = biller_id
    taken = _parts_of_takers(actor, payer_ids).values_list("invoice__account_id", "payer_id", "biller_id")
    shared |= {(account_id, payer_id): biller_id for account_id, payer_id, biller_id in taken.distinct()}
    owed = list_open_of(actor=actor, pairs=shared.keys()) if shared else {}
    for pair, biller_id in shared.items():
        found[pair] = invoice_rows.summed(owed.get(pair, []), pair=pair, biller_id=biller_id)
    return list(found.values())


def list_taken_numbers(*, actor: Actor, biller_id: int, numbers: Collection[str]) -> set[str]:
    """Return those of these numbers that a biller's invoices have. One query for as many as an import has."""
    rows = _visible(actor).filter(biller_id=biller_id, number__in=list(numbers))
    return set(rows.values_list("number", flat=True))


def list_payers_due(*, biller_id: int, due_by: date, after_id: int, limit: int) -> list[int]:
    """Return the next payers of one biller with an open invoice due by that day, by id: the worker's own list."""
    rows = Invoice.objects.filter(
        biller_id=biller_id, status=states.OPEN, due_on__lte=due_by, payer_id__gt=after_id
    )
    return list(rows.order_by("payer_id").values_list("payer_id", flat=True).distinct()[:limit])


def map_created(*, invoice_ids: Collection[int]) -> dict[int, datetime]:
    """Return when each of these invoices was put in: not the day it bears."""
    return dict(Invoice.objects.filter(pk__in=list(invoice_ids)).values_list("pk", "created_at"))


def lock(*, invoice_ids: Collection[int]) -> list[Invoice]:
    """Lock these invoices for the length of the transaction."""
    return db.lock_rows(Invoice.objects.all(), kind="invoice", ids=invoice_ids)


def locked(*, invoice_ids: Collection[int]) -> list[Invoice]:
    """Return invoices that this transaction has locked already."""
    return lock(invoice_ids=invoice_ids)


def parts_of(*, invoices: Sequence[Invoice]) -> dict[tuple[int, int], InvoicePart]:
    """Return the parts of locked invoices by `(invoice id, payer id)`; no query where none is shared."""
    shared = [invoice.pk for invoice in invoices if invoice.is_shared]
    parts = InvoicePart.objects.filter(invoice_id__in=shared).order_by("pk") if shared else ()
    return {(part.invoice_id, part.payer_id): part for part in parts}


def ids_of_share(*, share_ref: str) -> list[int]:
    """Return the ids of the invoices that a share takes part of, to lock them."""
    rows = InvoicePart.objects.filter(share_ref=share_ref, is_live=True)
    return list(rows.values_list("invoice_id", flat=True))


def list_due(
    *, biller_id: int, first: date, last: date, taken_before: datetime
) -> list[tuple[InvoiceRow, list[PartRow]]]:
    """Return a biller's open shared invoices due between two days, whole, with who took what before that time."""
    rows = Invoice.objects.filter(
        biller_id=biller_id, status=states.OPEN, is_shared=True, due_on__gte=first, due_on__lte=last
    )
    invoices = [InvoiceRow(*row) for row in rows.order_by("pk").values_list(*_COLUMNS)]
    late = InvoicePart.objects.filter(invoice_id__in=[row.id for row in invoices], taken_at__gte=taken_before)
    too_new = set(late.values_list("invoice_id", "payer_id"))
    parts = _by_invoice(invoices)
    return [
        (row, [part for part in parts[row.id] if (row.id, part.payer_id) not in too_new]) for row in invoices
    ]


def open_ids(*, pairs: Collection[tuple[int, int]]) -> list[int]:
    """Return the ids of the open invoices that payments of these `(account id, payer id)` could pay, to lock them."""
    payer_ids = {payer for _, payer in pairs}
    rows = Invoice.objects.filter(
        status=states.OPEN,
        account_id__in={account for account, _ in pairs},
        payer_id__in=payer_ids,
    ).values_list("pk", "account_id", "payer_id")
    taken = InvoicePart.objects.filter(payer_id__in=payer_ids, is_live=True, invoice__status=states.OPEN)
    found = rows.union(taken.values_list("invoice_id", "invoice__account_id", "payer_id"), all=True)
    return [invoice_id for invoice_id, account, payer in found if (account, payer) in pairs]


def map_numbers(*, refs: Collection[str]) -> dict[str, str]:
    """Return the number of each of these invoices, by public id, for messages about rows already obtained."""
    return dict(Invoice.objects.filter(public_id__in=list(refs)).values_list("public_id", "number"))
