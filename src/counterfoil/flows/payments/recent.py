"""What was paid a few minutes ago and looks like what is about to be paid (MI-04, product.md 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from counterfoil.core.actor import Actor
from counterfoil.flows.payments import helping
from counterfoil.flows.payments.orders import Quote
from counterfoil.payments import recent_queries

LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Recent:
    """A payment of a few minutes ago, in minor units; `is_same`: the same amount with the same method."""

    amount_minor: int
    currency: str
    minutes: int
    is_same: bool


def find(*, actor: Actor, now: datetime, quote: Quote) -> tuple[Recent, ...]:
    """Return what was paid on the same invoices, or the same amount with the same method; one query.

    Paying ahead is on no invoice: there it is whatever was paid for the account. A helper knows of nothing but what
    was paid under the own access.
    """
    rows = recent_queries.list_recent(
        actor=actor,
        account_id=quote.order.account_id,
        invoice_ids=[share.invoice_id for share in quote.shares],
        since=now - LASTS,
        scope_name=helping.scope_of(actor.helper_ref) if actor.helper_ref else "",
    )
    found = []
    for row in rows:
        is_same = (row.method_id, row.amount_minor) == (quote.method.id, quote.amount_minor)
        if is_same or row.is_here or not quote.shares:
            # "0 minutes ago" is nothing to say.
            minutes = max(1, (now - row.submitted_at) // timedelta(minutes=1))
            found.append(Recent(row.amount_minor, row.currency, minutes, is_same))
    return tuple(found)
