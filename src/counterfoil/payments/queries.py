"""Reads of payments: lists, one payment with its timeline and what it pays, and what flows need under lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import F, Q, QuerySet, Sum

from counterfoil.core import db, errors, pages, scope
from counterfoil.core.actor import Actor
from counterfoil.core.pages import Cursor, Page
from counterfoil.payers import search_queries
from counterfoil.payments import states
from counterfoil.payments.models import Allocation, PayClaim, Payment, PaymentEvent
from counterfoil.payments.rows import (
    COLUMNS,
    EventRow,
    PaymentRow,
    PaysRow,
    ShareRow,
    WaitingRow,
    Wanted,
    by_invoice,
)

PAGE_SIZE = 24


def _visible(actor: Actor) -> QuerySet[Payment]:
    return Payment.objects.filter(
        scope.visible(actor=actor, staff_permission="see_payments", payer_permission="see_invoices")
    )


def read_cursor(text: str) -> Cursor | None:
    """Return the cursor a page address names; None for none, or for nonsense."""
    return pages.read_cursor(text, of=datetime)


def list_page(
    *,
    actor: Actor,
    statuses: Collection[str] | None = None,
    account_id: int | None = None,
    origins: Collection[str] | None = None,
    after: Cursor | None = None,
    limit: int = PAGE_SIZE,
) -> Page[PaymentRow]:
    """Return one page of the payments the actor may see, newest first."""
    wanted = Wanted(statuses=statuses, origins=origins, account_id=account_id)
    return list_wanted(actor=actor, wanted=wanted, after=after, limit=limit)


def list_wanted(
    *, actor: Actor, wanted: Wanted, after: Cursor | None = None, limit: int = PAGE_SIZE
) -> Page[PaymentRow]:
    """Return one page of the payments that are wanted and that the actor may see, newest first."""
    rows = pages.after(_wanted(actor, wanted), column="submitted_at", cursor=after)
    found = [PaymentRow(*row) for row in rows.values_list(*COLUMNS)[: limit + 1]]
    return pages.cut(found, limit=limit, cursor=lambda row: Cursor(row.submitted_at, row.id))


def count_wanted(*, actor: Actor, wanted: Wanted, at_most: int) -> int:
    """Return how many there are; counting stops one past `at_most`."""
    return _wanted(actor, wanted).order_by()[: at_most + 1].count()


def _wanted(actor: Actor, wanted: Wanted) -> QuerySet[Payment]:
    rows = _visible(actor)
    if wanted.statuses is not None:
        rows = rows.filter(status__in=wanted.statuses)
    if wanted.origins is not None:
        rows = rows.filter(origin__in=wanted.origins)
    if wanted.account_id is not None:
        rows = rows.filter(account_id=wanted.account_id)
    if wanted.payer_ids is not None:
        rows = rows.filter(payer_id__in=wanted.payer_ids)
    if wanted.first is not None and wanted.last is not None:
        rows = rows.filter(submitted_on__gte=wanted.first, submitted_on__lte=wanted.last)
    if wanted.search:
        rows = rows.filter(
            Q(number__istartswith=wanted.search)
            | search_queries.of_accounts(actor=actor, search=wanted.search)
        )
    return rows


def get(*, actor: Actor, public_id: str) -> PaymentRow:
    """Return one payment the actor may see.

    :raises NotFound: there is none.
    """
    row = _visible(actor).filter(public_id=public_id).values_list(*COLUMNS).first()
    if row is None:
        raise errors.NotFound("payment")
    return PaymentRow(*row)


def list_by_ids(*, actor: Actor, payment_ids: Collection[int]) -> list[PaymentRow]:
    """Return these payments, as far as the actor may see them."""
    return [PaymentRow(*row) for row in _visible(actor).filter(pk__in=payment_ids).values_list(*COLUMNS)]


def map_by_refs(*, actor: Actor, public_ids: Collection[str]) -> dict[str, PaymentRow]:
    """Return these payments by public id, as far as the actor may see them."""
    rows = _visible(actor).filter(public_id__in=public_ids).values_list(*COLUMNS)
    return {row.public_id: row for row in (PaymentRow(*values) for values in rows)}


def list_paid(*, actor: Actor, payer_id: int, first: date, last: date) -> list[PaymentRow]:
    """Return the Paid payments of a payer that moved money between two days, both counted, oldest first.

    The day is the bank's for a debit, the day of charging for a card.
    """
    rows = _visible(actor).filter(
        payer_id=payer_id, status__in=states.PAID, effective_on__gte=first, effective_on__lte=last
    )
    return [PaymentRow(*row) for row in rows.order_by("effective_on", "id").values_list(*COLUMNS)]


def list_years(*, actor: Actor, payer_ids: Collection[int]) -> list[tuple[int, int]]:
    """Return `(payer id, year)` for each year in which Paid payments moved money, the latest first."""
    rows = _visible(actor).filter(payer_id__in=payer_ids, status__in=states.PAID)
    years = (
        rows.values_list("payer_id", "effective_on__year")
        .distinct()
        .order_by("-effective_on__year", "payer_id")
    )
    return list(years)


def find_by_key(*, biller_id: int, scope_name: str, key: str) -> tuple[int, str, str] | None:
    """Return `(id, public id, request hash)` of the payment born under this key, or None."""
    return (
        Payment.objects.filter(biller_id=biller_id, scope=scope_name, key=key)
        .values_list("pk", "public_id", "request_hash")
        .first()
    )


def list_by_keys(
    *, keys: Collection[tuple[int, str, str]]
) -> dict[tuple[int, str, str], tuple[int, str, str]]:
    """Return `(id, public id, request hash)` of the payments born under these `(biller, scope, key)`; one query."""
    rows = Payment.objects.filter(
        biller_id__in={biller_id for biller_id, _, _ in keys},
        scope__in={scope_name for _, scope_name, _ in keys},
        key__in={key for _, _, key in keys},
    ).values_list("biller_id", "scope", "key", "pk", "public_id", "request_hash")
    return {
        (biller_id, scope_name, key): (payment_id, public_id, request_hash)
        for biller_id, scope_name, key, payment_id, public_id, request_hash in rows
    }


def list_shares(*, actor: Actor, payment_ids: Collection[int]) -> dict[int, list[ShareRow]]:
    """Return what each of these payments pays, a row an invoice, as far as the actor may see them; one query."""
    rows = Allocation.objects.filter(
        scope.visible(
            actor=actor,
            staff_permission="see_payments",
            payer_permission="see_invoices",
            payer_field="payment__payer_id",
        ),
        payment_id__in=payment_ids,
    ).order_by("id")
    shares: dict[int, list[ShareRow]] = {payment_id: [] for payment_id in payment_ids}
    columns = (
        "payment_id", "invoice_id", "invoice__public_id", "invoice__number", "amount_minor",
        "invoice__open_minor", "applied_on", "released_on",
    )  # fmt: skip
    for payment_id, invoice_id, ref, number, amount, left, applied, released in rows.values_list(*columns):
        shares[payment_id].append(
            ShareRow(invoice_id, ref, number, amount, left, applied is not None, released is not None)
        )
    return {payment_id: by_invoice(parts) for payment_id, parts in shares.items()}


def list_events(*, actor: Actor, payment_id: int) -> list[EventRow]:
    """Return the timeline of a payment the actor may see, oldest first."""
    rows = PaymentEvent.objects.filter(
        scope.visible(
            actor=actor,
            staff_permission="see_payments",
            payer_permission="see_invoices",
            payer_field="payment__payer_id",
        ),
        payment_id=payment_id,
    )
    return [EventRow(*row) for row in rows.order_by("id").values_list("event", "at", "details")]


def list_for_invoice(*, actor: Actor, invoice_id: int) -> list[tuple[PaymentRow, int]]:
    """Return the payments that pay or will pay an invoice, with the part that goes to it; released ones left out."""
    parts = dict(
        Allocation.objects.filter(invoice_id=invoice_id, released_on__isnull=True)
        .values_list("payment_id")
        .annotate(part=Sum("amount_minor"))
    )
    rows = list_by_ids(actor=actor, payment_ids=list(parts))
    return [(row, parts[row.id]) for row in sorted(rows, key=lambda row: row.submitted_at)]


def list_busy_methods(
    *,
    statuses: Collection[str],
    payer_ids: Collection[int] | None = None,
    method_ids: Collection[int] | None = None,
) -> set[int]:
    """Return the methods with a payment in one of these in-flight statuses; by payer it is read from an index."""
    rows = Payment.objects.filter(status__in=statuses, method_id__isnull=False)
    if payer_ids is not None:
        rows = rows.filter(payer_id__in=payer_ids)
    if method_ids is not None:
        rows = rows.filter(method_id__in=method_ids)
    return set(rows.values_list("method_id", flat=True))


def list_needed_methods(*, methods: Collection[tuple[int, int]], on: date, since: datetime) -> set[int]:
    """Return which of these `(payer id, method id)` a payment still needs: on its way, or paid and returnable on a day.

    Any that was used after `since` counts too.
    """
    rows = Payment.objects.filter(
        Q(status__in=states.IN_FLIGHT)
        | Q(status__in=states.PAID, returnable_until__gte=on)
        | Q(submitted_at__gt=since),
        payer_id__in={payer_id for payer_id, _ in methods},
        method_id__in={method_id for _, method_id in methods},
    )
    return set(rows.values_list("method_id", flat=True))


def sum_pending(*, actor: Actor, payer_ids: Collection[int] | None = None) -> dict[tuple[int, int], int]:
    """Return what is sent and not yet Paid, in minor units, for each `(account id, payer id)`."""
    seen, values = scope.condition(
        actor=actor, staff_permission="see_payments", payer_permission="see_invoices"
    )
    asked = "true" if payer_ids is None else "payer_id = ANY(%s)"
    values += [] if payer_ids is None else [list(payer_ids)]
    sums = db.select(
        "SELECT account_id, payer_id, sum(amount_minor) FROM payments_payment"  # noqa: S608 - our own names
        f" WHERE {seen} AND {asked} AND status = ANY(%s) GROUP BY account_id, payer_id",
        [*values, list(states.IN_FLIGHT)],
    )
    return {(account, payer): int(total) for account, payer, total in sums}


def sum_scope(*, biller_id: int, scope_name: str) -> int:
    """Return what the payments under one scope took or will take, fees included, in minor units; ended ones nothing."""
    rows = Payment.objects.filter(biller_id=biller_id, scope=scope_name).exclude(status__in=states.FINISHED)
    return rows.aggregate(total=Sum(F("amount_minor") + F("fee_minor")))["total"] or 0


def list_scope(*, actor: Actor, biller_id: int, scope_name: str) -> list[PaymentRow]:
    """Return the latest payments under one scope that the actor may see."""
    rows = _visible(actor).filter(biller_id=biller_id, scope=scope_name).order_by("-pk")
    return [PaymentRow(*row) for row in rows.values_list(*COLUMNS)[:PAGE_SIZE]]


def list_claims(*, actor: Actor, account_id: int, invoice_ids: Sequence[int], now: datetime) -> list[str]:
    """Return the names of others who stand before Submit for any of these invoices.

    Only those who share the bill may ask: the actor must act for a payer of it.
    """
    rows = PayClaim.objects.filter(
        account_id=account_id, invoice_ids__overlap=list(invoice_ids), expires_at__gt=now
    ).exclude(login_id=actor.login_id or 0)
    return list(
        rows.filter(biller_id__in={grant.biller_id for grant in actor.payers}).values_list("name", flat=True)
    )


def map_accounts(*, payment_ids: Collection[int]) -> dict[int, int]:
    """Return the billing account of each payment: what to lock before it. Read without a lock."""
    return dict(Payment.objects.filter(pk__in=payment_ids).values_list("pk", "account_id"))


def list_paying(*, invoice_id: int) -> list[PaysRow]:
    """Return everything that has paid an invoice and still does. The caller holds its account."""
    rows = Allocation.objects.filter(
        invoice_id=invoice_id, applied_on__isnull=False, released_on__isnull=True
    ).order_by("pk")
    columns = ("pk", "payment_id", "payment__account_id", "payment__payer_id", "amount_minor")
    return [PaysRow(*row) for row in rows.values_list(*columns)]


def list_by_refs(*, refs: Collection[str]) -> list[tuple[int, str]]:
    """Return `(id, number)` of these payments, for the flow that has just made them."""
    return list(Payment.objects.filter(public_id__in=list(refs)).values_list("pk", "number"))


def live_allocations(*, payment_ids: Collection[int]) -> QuerySet[Allocation]:
    """Return the allocations of these payments that claim or pay something."""
    return Allocation.objects.filter(payment_id__in=payment_ids, released_on__isnull=True).order_by("pk")


def list_live_parts(*, payment_id: int) -> list[tuple[int, int, str, int]]:
    """Return what a payment pays now: `(allocation, invoice, kind, minor units)`. Only for who may see the payment."""
    rows = live_allocations(payment_ids=[payment_id])
    return list(rows.values_list("pk", "invoice_id", "kind", "amount_minor"))


def lock(*, payment_ids: Collection[int]) -> list[Payment]:
    """Lock these payments for the length of the transaction."""
    return db.lock_rows(Payment.objects.all(), kind="payment", ids=payment_ids)


def maturing(*, biller_id: int, today: date, limit: int, after_id: int = 0) -> list[int]:
    """Return funded bank debits whose ordinary time for returns has passed on the biller's `today`."""
    rows = Payment.objects.filter(
        biller_id=biller_id, status=states.PENDING, paid_on__lte=today, pk__gt=after_id
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def credit_sources(*, account_id: int, payer_id: int) -> list[tuple[int, int]]:
    """Return settled payments with money left over as `(payment id, minor units)`, oldest first. Account locked."""
    settled = Payment.objects.filter(account_id=account_id, payer_id=payer_id, status=states.SETTLED)
    rows = settled.order_by("pk").values_list("pk", "amount_minor", "refunded_minor")
    amounts = {pk: amount - refunded for pk, amount, refunded in rows}
    used = dict(
        live_allocations(payment_ids=list(amounts))
        .order_by()
        .values_list("payment_id")
        .annotate(total=Sum("amount_minor"))
    )
    left = [(pk, amount - used.get(pk, 0)) for pk, amount in amounts.items()]
    return [(pk, rest) for pk, rest in left if rest > 0]


def list_sent(*, actor: Actor, biller_id: int) -> list[PaymentRow]:
    """Return the payments of a biller that went through a gateway, as far as the actor may see them."""
    rows = _visible(actor).filter(biller_id=biller_id).exclude(origin__in=["import", "hand"])
    return [PaymentRow(*row) for row in rows.values_list(*COLUMNS)]


def list_waiting(
    *, biller_id: int | None = None, method_id: int | None = None, after_id: int = 0, limit: int = 200
) -> list[WaitingRow]:
    """Return payments that wait for their bank account to be confirmed, the oldest first. For flows alone."""
    rows = Payment.objects.filter(status=states.AWAITING_VALIDATION, pk__gt=after_id)
    if biller_id is not None:
        rows = rows.filter(biller_id=biller_id)
    if method_id is not None:
        rows = rows.filter(method_id=method_id)
    columns = ("id", "biller_id", "method_id", "submitted_on", "method__status", "method__validation")
    return [WaitingRow(*row) for row in rows.order_by("pk").values_list(*columns)[:limit]]


def reminded_days(*, payment_id: int) -> set[int]:
    """Return on which days after its submission the payer of a locked payment was reminded."""
    rows = PaymentEvent.objects.filter(payment_id=payment_id, event="payment.reminded")
    return {int(details["day"]) for details in rows.values_list("details", flat=True)}


def find_method_ref(*, actor: Actor, payment_id: int) -> str:
    """Return the public id of the method of a payment that the actor may see; empty where it has none."""
    ref = _visible(actor).filter(pk=payment_id).values_list("method__public_id", flat=True).first()
    return ref or ""
