"""Counts of card payments that were tried and declined, for the limits on cards (compliance CT-03, CT-08)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q

from counterfoil.core.actor import Actor
from counterfoil.payments import states
from counterfoil.payments.models import Payment
from counterfoil.payments.rows import Declines


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
