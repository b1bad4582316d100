"""Reads of payments: lists, one payment with its timeline, and what flows need under lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from counterfoil.core import db, errors, pages, scope
from counterfoil.core.actor import Actor
from counterfoil.core.pages import Cursor, Page
from counterfoil.payers import names
from counterfoil.payments import states
from counterfoil.payments.models import Allocation, Attempt, PayClaim, Payment, PaymentEvent
from counterfoil.payments.rows import (
    COLUMNS,
    EventRow,
    PaymentRow,
    ShareRow,
    ToAsk,
    ToSend,
    WaitingRow,
    Wanted,
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
            | Q(account__number__istartswith=wanted.search)
            | Q(account__sort_name__contains=names.fold(wanted.search))
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
        payer_id=payer_id, status=states.SETTLED, effective_on__gte=first, effective_on__lte=last
    )
    return [PaymentRow(*row) for row in rows.order_by("effective_on", "id").values_list(*COLUMNS)]


def list_years(*, actor: Actor, payer_ids: Collection[int]) -> list[tuple[int, int]]:
    """Return `(payer id, year)` for each year in which Paid payments moved money, the latest first."""
    rows = _visible(actor).filter(payer_id__in=payer_ids, status=states.SETTLED)
    years = (
        rows.values_list("payer_id", "effective_on__year")
        .distinct()
        .order_by("-effective_on__year", "payer_id")
    )
    return list(years)


def list_to_send(*, payment_ids: Collection[int]) -> list[ToSend]:
    """Return what calls need of these payments, in the order given."""
    rows = Attempt.objects.filter(payment_id__in=payment_ids, ended_at__isnull=True).values_list(
        "payment_id", "payment__public_id", "payment__method_id", "payment__biller__name", "payment__amount_minor",
        "payment__fee_minor", "payment__currency", "payment__effective_on", "payment__origin", "gateway_key",
    )  # fmt: skip
    found = {
        row[0]: ToSend(row[0], row[1], row[2], row[3], row[4] + row[5], row[6], row[7], row[8], row[9])
        for row in rows
    }
    return [found[payment_id] for payment_id in payment_ids if payment_id in found]


def list_to_ask(*, payment_ids: Collection[int]) -> list[ToAsk]:
    """Return the latest sending of each of these payments; those that never went through a gateway are left out."""
    rows = (
        Attempt.objects.filter(payment_id__in=payment_ids)
        .order_by("payment_id", "-number")
        .distinct("payment_id")
        .values_list(
            "payment_id", "payment__status", "payment__method_id", "gateway_key", "call_deadline",
            "payment__submitted_at",
        )
    )  # fmt: skip
    return [ToAsk(*row) for row in rows]


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
    """Return what each of these payments pays, as far as the actor may see the payments; one query."""
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
    return shares


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


@dataclass(frozen=True, slots=True)
class Declines:
    """How many card payments were declined: of some payers, and at their biller (compliance CT-03, CT-08)."""

    of_payers: int
    in_session: int
    from_address: int
    lately: int


def count_declines(
    *, actor: Actor, biller_id: int, day_ago: datetime, hour_ago: datetime, lately: datetime
) -> Declines:
    """Count declined card payments of the actor's own payers, and of everybody from the same address or lately.

    Reads the declined ones alone, by an index: they are few.
    """
    declined = Payment.objects.filter(status=states.DECLINED, method_kind="card")
    own = declined.filter(payer_id__in=actor.payer_ids(), submitted_at__gt=day_ago).aggregate(
        of_payers=Count("pk"),
        in_session=Count(
            "pk", filter=Q(authorization__session_ref=actor.session_ref) & ~Q(authorization__session_ref="")
        ),
    )
    here = declined.filter(biller_id=biller_id, submitted_at__gt=hour_ago).aggregate(
        from_address=Count("pk", filter=Q(authorization__ip=actor.ip) & ~Q(authorization__ip="")),
        lately=Count("pk", filter=Q(submitted_at__gt=lately)),
    )
    return Declines(**own, **here)


def count_cards(*, biller_id: int, since: datetime) -> int:
    """Return how many card payments a biller took or was refused since then, those under way included."""
    return Payment.objects.filter(biller_id=biller_id, method_kind="card", submitted_at__gt=since).count()


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


def sum_pending(*, actor: Actor, payer_ids: Collection[int] | None = None) -> dict[tuple[int, int], int]:
    """Return what is sent and not yet Paid, in minor units, for each `(account id, payer id)`."""
    rows = _visible(actor).filter(status__in=states.IN_FLIGHT)
    if payer_ids is not None:
        rows = rows.filter(payer_id__in=payer_ids)
    sums = rows.values_list("account_id", "payer_id").annotate(total=Sum("amount_minor"))
    return {(account, payer): total for account, payer, total in sums}


def sum_scope(*, biller_id: int, scope_name: str) -> int:
    """Return what the payments under one scope took or will take, in minor units; ended ones count nothing."""
    rows = Payment.objects.filter(biller_id=biller_id, scope=scope_name).exclude(status__in=states.FINISHED)
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


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


@dataclass(frozen=True, slots=True)
class PaysRow:
    """One applied part of a payment: what pays an invoice, and whose money it is."""

    id: int
    payment_id: int
    account_id: int
    payer_id: int
    amount_minor: int


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


def lock(*, payment_ids: Collection[int]) -> list[Payment]:
    """Lock these payments for the length of the transaction."""
    return db.lock_rows(Payment.objects.all(), kind="payment", ids=payment_ids)


def list_open_attempts(*, payment_ids: Collection[int]) -> list[Attempt]:
    """Return the open attempts of locked payments."""
    return list(Attempt.objects.filter(payment_id__in=payment_ids, ended_at__isnull=True))


def open_attempt(*, payment_id: int) -> Attempt | None:
    """Return the open attempt of a locked payment, or None."""
    return Attempt.objects.filter(payment_id=payment_id, ended_at__isnull=True).first()


def find_key(*, biller_id: int, gateway_key: str) -> int | None:
    """Return the id of the biller's payment that was sent under this gateway key, or None."""
    rows = Attempt.objects.filter(biller_id=biller_id, gateway_key=gateway_key)
    return rows.values_list("payment_id", flat=True).first()


def gateway_keys(*, payment_ids: Collection[int]) -> dict[int, str]:
    """Return the latest gateway key of each payment."""
    rows = Attempt.objects.filter(payment_id__in=payment_ids).order_by("payment_id", "number")
    return dict(rows.values_list("payment_id", "gateway_key"))


def due_checks(*, now: datetime, limit: int, biller_id: int | None = None) -> list[int]:
    """Return payments whose open attempt is past its lease and due to be asked about, the longest waiting first."""
    rows = Attempt.objects.filter(ended_at__isnull=True, next_check_at__lte=now, call_deadline__lte=now)
    if biller_id is not None:
        rows = rows.filter(biller_id=biller_id)
    return list(rows.order_by("next_check_at").values_list("payment_id", flat=True)[:limit])


def maturing(*, biller_id: int, today: date, limit: int, after_id: int = 0) -> list[int]:
    """Return funded bank debits whose ordinary time for returns has passed on the biller's `today`."""
    rows = Payment.objects.filter(
        biller_id=biller_id, status=states.PENDING, paid_on__lte=today, pk__gt=after_id
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def credit_sources(*, account_id: int, payer_id: int) -> list[tuple[int, int]]:
    """Return settled payments with money left over as `(payment id, minor units)`, oldest first. Account locked."""
    settled = Payment.objects.filter(account_id=account_id, payer_id=payer_id, status=states.SETTLED)
    amounts = dict(settled.order_by("pk").values_list("pk", "amount_minor"))
    used = dict(
        live_allocations(payment_ids=list(amounts))
        .order_by()
        .values_list("payment_id")
        .annotate(total=Sum("amount_minor"))
    )
    left = [(pk, amount - used.get(pk, 0)) for pk, amount in amounts.items()]
    return [(pk, rest) for pk, rest in left if rest > 0]


def refs_by_gateway_key(*, biller_id: int) -> dict[str, str]:
    """Return the payment's public id for each key that was ever sent for this biller."""
    return dict(Attempt.objects.filter(biller_id=biller_id).values_list("gateway_key", "payment__public_id"))


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
