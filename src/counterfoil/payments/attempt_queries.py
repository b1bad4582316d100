"""Reads of attempts, the sendings of payments to a gateway. For flows: what to send, whom to ask, and by which key."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q, QuerySet

from counterfoil.methods.models import PastDetails
from counterfoil.payments import states
from counterfoil.payments.models import Attempt, Payment
from counterfoil.payments.rows import ToAsk, ToSend


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


def list_open_attempts(*, payment_ids: Collection[int]) -> list[Attempt]:
    """Return the open attempts of locked payments."""
    return list(Attempt.objects.filter(payment_id__in=payment_ids, ended_at__isnull=True))


def open_attempt(*, payment_id: int) -> Attempt | None:
    """Return the open attempt of a locked payment, or None."""
    return Attempt.objects.filter(payment_id=payment_id, ended_at__isnull=True).first()


def due_checks(*, now: datetime, limit: int, biller_id: int | None = None) -> list[int]:
    """Return payments whose open attempt is past its lease and due to be asked about, the longest waiting first."""
    rows = Attempt.objects.filter(ended_at__isnull=True, next_check_at__lte=now, call_deadline__lte=now)
    if biller_id is not None:
        rows = rows.filter(biller_id=biller_id)
    return list(rows.order_by("next_check_at").values_list("payment_id", flat=True)[:limit])


def find_key(*, biller_id: int, gateway_key: str) -> int | None:
    """Return the id of the biller's payment that was sent under this gateway key, or None."""
    rows = Attempt.objects.filter(biller_id=biller_id, gateway_key=gateway_key)
    return rows.values_list("payment_id", flat=True).first()


def gateway_keys(*, payment_ids: Collection[int]) -> dict[int, str]:
    """Return the latest gateway key of each payment."""
    rows = Attempt.objects.filter(payment_id__in=payment_ids).order_by("payment_id", "number")
    return dict(rows.values_list("payment_id", "gateway_key"))


def refs_by_gateway_key(*, biller_id: int) -> dict[str, str]:
    """Return the payment's public id for each key that was ever sent for this biller."""
    return dict(Attempt.objects.filter(biller_id=biller_id).values_list("gateway_key", "payment__public_id"))


def is_used(*, connection_id: int) -> bool:
    """Tell whether a payment was ever sent through this gateway connection."""
    return _through(connection_id).exists()


def list_refs_through(*, connection_id: int) -> set[str]:
    """Return the public ids of payments that were, or may have been, sent through this gateway connection.

    A method whose number was replaced may have moved to another connection: its payments count for both.
    """
    return set(_through(connection_id).values_list("payment__public_id", flat=True))


def has_unresolved(*, connection_id: int) -> bool:
    """Tell whether what became of a payment sent through this gateway connection is still to be learned."""
    return _through(connection_id).filter(payment__status__in=states.UNRESOLVED).exists()


def list_waiting_through(*, connection_id: int) -> list[int]:
    """Return payments that wait for their method, and may be sent through this gateway connection at any moment."""
    rows = Payment.objects.filter(method__connection_id=connection_id, status=states.AWAITING_VALIDATION)
    return list(rows.values_list("pk", flat=True))


def list_telling_keys(*, connection_id: int, limit: int) -> list[str]:
    """Return keys by which to know the gateway that holds the unresolved payments of a connection again.

    They were sent since the oldest of these was, so to the same merchant: nobody changes it while one is unresolved.
    Those that were answered come first. Empty where nothing is unresolved.
    """
    elsewhere = PastDetails.objects.exclude(connection_id=connection_id).values("method_id")
    through = _through(connection_id)
    unresolved = through.filter(payment__status__in=states.UNRESOLVED, ended_at__isnull=True)
    oldest = unresolved.order_by("pk").values_list("pk", flat=True).first()
    if oldest is None:
        return []
    rows = through.filter(pk__gte=oldest).exclude(payment__method_id__in=elsewhere)
    return list(
        rows.order_by(F("ended_at").desc(nulls_last=True), "pk").values_list("gateway_key", flat=True)[:limit]
    )


def _through(connection_id: int) -> QuerySet[Attempt]:
    before = PastDetails.objects.filter(connection_id=connection_id).values("method_id")
    return Attempt.objects.filter(
        Q(payment__method__connection_id=connection_id) | Q(payment__method_id__in=before)
    )
