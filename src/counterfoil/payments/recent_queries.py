"""What was paid for an account a few minutes ago, so that who is about to pay it again is asked first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from counterfoil.core import scope
from counterfoil.core.actor import Actor
from counterfoil.payments import states
from counterfoil.payments.models import Allocation, Payment


@dataclass(frozen=True, slots=True)
class RecentRow:
    """One payment, in minor units; `is_here` where it pays one of the invoices that were asked about."""

    method_id: int | None
    amount_minor: int
    currency: str
    submitted_at: datetime
    is_here: bool


def list_recent(
    *, actor: Actor, account_id: int, invoice_ids: Sequence[int], since: datetime, scope_name: str = ""
) -> list[RecentRow]:
    """Return what was paid for an account since then, did not fail and was not all refunded, the latest first.

    The actor sees the own payments, and those of others on invoices addressed to the actor: who has a share of an
    invoice learns nothing of the other shares. With `scope_name` only what was paid under that scope.
    """
    allowed: dict[str, Any] = {
        "actor": actor,
        "staff_permission": "see_payments",
        "payer_permission": "see_invoices",
    }
    here = Allocation.objects.filter(
        payment_id=OuterRef("pk"), invoice_id__in=list(invoice_ids), released_on__isnull=True
    )
    addressed = here.filter(scope.visible(**allowed, payer_field="invoice__payer_id"))
    rows = Payment.objects.filter(
        scope.visible(**allowed) | Exists(addressed), account_id=account_id, submitted_at__gt=since
    ).exclude(status__in=[*states.FINISHED, states.REFUNDED])
    if scope_name:
        rows = rows.filter(scope=scope_name)
    columns = ("method_id", "amount_minor", "currency", "submitted_at", "is_here")
    found = rows.annotate(is_here=Exists(here)).order_by("-submitted_at", "-pk").values_list(*columns)
    return [RecentRow(*row) for row in found]
