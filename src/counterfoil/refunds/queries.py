"""Reads of refunds: those of a payment, what to ask the gateway about, and rows under lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, QuerySet, Sum, When

from counterfoil.core import db, scope
from counterfoil.core.actor import Actor
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.rows import PaymentRow
from counterfoil.refunds import states
from counterfoil.refunds.models import Refund


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund as a page shows it. Amounts in minor units."""

    id: int
    public_id: str
    payment_id: int
    status: str
    amount_minor: int
    fee_minor: int
    credit_minor: int
    lowers_bills: bool
    currency: str
    reason: str
    requested_at: datetime
    requested_on: date
    requested_by_name: str
    expected_on: date | None
    refunded_on: date | None
    ended_at: datetime | None
    reason_code: str
    gateway_key: str

    @property
    def total_minor(self) -> int:
        """Amount and fee: what the gateway gives back."""
        return self.amount_minor + self.fee_minor

    @property
    def public_status(self) -> str:
        """The one word that payers and staff see."""
        return states.PUBLIC[self.status]


_COLUMNS = (
    "id", "public_id", "payment_id", "status", "amount_minor", "fee_minor", "credit_minor", "lowers_bills", "currency",
    "reason", "requested_at", "requested_on", "requested_by_name", "expected_on", "refunded_on", "ended_at",
    "reason_code", "gateway_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToAsk:
    """What calling the gateway about a refund needs."""

    id: int
    public_id: str
    status: str
    method_id: int
    charge_ref: str
    total_minor: int
    currency: str
    gateway_key: str
    call_deadline: datetime


def _visible(actor: Actor) -> QuerySet[Refund]:
    return Refund.objects.filter(
        scope.visible(actor=actor, staff_permission="see_payments", payer_permission="see_invoices")
    )


def list_of(*, actor: Actor, payment_ids: Collection[int]) -> dict[int, list[RefundRow]]:
    """Return the refunds of each of these payments, as far as the actor may see them, the oldest first; one query."""
    found: dict[int, list[RefundRow]] = {payment_id: [] for payment_id in payment_ids}
    rows = _visible(actor).filter(payment_id__in=payment_ids).order_by("pk")
    for row in (RefundRow(*values) for values in rows.values_list(*_COLUMNS)):
        found[row.payment_id].append(row)
    return found


def list_moving(*, actor: Actor, payments: Iterable[PaymentRow]) -> set[int]:
    """Return the ids of those payments with a refund on its way that the actor may see.

    One query, and none where nothing went back of any of them.
    """
    refunded = [row.id for row in payments if row.refunded_total_minor]
    rows = _visible(actor).filter(payment_id__in=refunded, status__in=states.IN_FLIGHT)
    return set(rows.values_list("payment_id", flat=True))


def map_payments_of(*, actor: Actor, public_ids: Collection[str]) -> dict[str, PaymentRow]:
    """Return the payment of each of these refunds, by the refund's public id, as far as the actor may see them."""
    pairs = list(_visible(actor).filter(public_id__in=public_ids).values_list("public_id", "payment_id"))
    rows = payment_queries.list_by_ids(actor=actor, payment_ids={payment_id for _, payment_id in pairs})
    by_id = {row.id: row for row in rows}
    return {public_id: by_id[payment_id] for public_id, payment_id in pairs if payment_id in by_id}


def list_sent(*, actor: Actor, biller_id: int) -> list[RefundRow]:
    """Return every refund of a biller that the actor may see."""
    rows = _visible(actor).filter(biller_id=biller_id)
    return [RefundRow(*row) for row in rows.values_list(*_COLUMNS)]


def list_refs_through(*, connection_id: int) -> set[str]:
    """Return the public ids of refunds that were, or may have been, sent through this gateway connection."""
    rows = Refund.objects.filter(payment__method__connection_id=connection_id)
    return set(rows.values_list("public_id", flat=True))


def has_unresolved(*, connection_id: int) -> bool:
    """Tell whether what became of a refund sent through this gateway connection is still to be learned."""
    rows = Refund.objects.filter(payment__method__connection_id=connection_id)
    return rows.filter(status__in=states.IN_FLIGHT).exists()


def list_telling_keys(*, connection_id: int, limit: int) -> list[str]:
    """Return keys by which to know the gateway that holds a connection's refunds in flight again.

    Those that the gateway took come first; of the others it may know nothing.
    """
    rows = Refund.objects.filter(payment__method__connection_id=connection_id, status__in=states.IN_FLIGHT)
    taken = Case(When(status=states.PENDING, then=0), default=1)
    return list(rows.order_by(taken, "pk").values_list("gateway_key", flat=True)[:limit])


def find_by_key(*, payment_id: int, key: str) -> tuple[str, str] | None:
    """Return `(public id, request hash)` of the refund of a payment that was born under this key, or None."""
    return (
        Refund.objects.filter(payment_id=payment_id, key=key).values_list("public_id", "request_hash").first()
    )


def find_gateway_key(*, biller_id: int, gateway_key: str) -> int | None:
    """Return the id of the biller's refund that was sent under this gateway key, or None."""
    rows = Refund.objects.filter(biller_id=biller_id, gateway_key=gateway_key)
    return rows.values_list("pk", flat=True).first()


def list_to_ask(*, refund_ids: Collection[int]) -> list[ToAsk]:
    """Return what calls need of these refunds."""
    rows = Refund.objects.filter(pk__in=refund_ids, payment__method_id__isnull=False).order_by("pk")
    columns = (
        "pk", "public_id", "status", "payment__method_id", "payment__gateway_ref", "amount_minor", "fee_minor",
        "currency", "gateway_key", "call_deadline",
    )  # fmt: skip
    return [
        ToAsk(pk, ref, status, method_id, charge_ref, amount + fee, currency, key, deadline)
        for pk, ref, status, method_id, charge_ref, amount, fee, currency, key, deadline in rows.values_list(
            *columns
        )
    ]


def due_checks(*, now: datetime, limit: int, biller_id: int | None = None) -> list[int]:
    """Return refunds that are past their lease and due to be asked about, the longest waiting first."""
    rows = Refund.objects.filter(next_check_at__lte=now, call_deadline__lte=now)
    if biller_id is not None:
        rows = rows.filter(biller_id=biller_id)
    return list(rows.order_by("next_check_at", "pk").values_list("pk", flat=True)[:limit])


def map_payments(*, refund_ids: Collection[int]) -> dict[int, int]:
    """Return the payment of each refund: what to lock before it. Read without a lock; it never changes."""
    return dict(Refund.objects.filter(pk__in=refund_ids).values_list("pk", "payment_id"))


def lock(*, refund_ids: Collection[int]) -> list[Refund]:
    """Lock these refunds for the length of the transaction."""
    return db.lock_rows(Refund.objects.all(), kind="refund", ids=refund_ids)


def sum_refunded(*, payment_id: int) -> int:
    """Return what has gone back of a payment's amount, fees left out, in minor units. The caller holds it."""
    rows = Refund.objects.filter(payment_id=payment_id, status=states.REFUNDED)
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0
