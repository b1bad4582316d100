"""Sums of the books. A balance shown anywhere is one of these, or a cache proved equal to it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, Sum

from counterfoil.core.actor import Actor, ActorKind
from counterfoil.ledger import chart
from counterfoil.ledger.models import Line


def credits_of(*, actor: Actor, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return the unapplied credit, in minor units, of each `(billing account id, payer id)`; zero is left out."""
    rows = (
        Line.objects.filter(
            account=chart.UNAPPLIED_CREDIT,
            billing_account_id__in={account for account, _ in pairs},
            payer_id__in={payer for _, payer in pairs},
        )
        .values_list("billing_account_id", "payer_id")
        .annotate(total=Sum("amount_minor"))
    )
    if not actor.is_system:
        # Somebody who is staff and a payer too is what the interface says, as everywhere.
        is_staff = actor.kind == ActorKind.STAFF
        mine = Q(biller_id__in=actor.staff_biller_ids()) if is_staff else Q(payer_id__in=actor.payer_ids())
        rows = rows.filter(mine)
    return {(account, payer): -total for account, payer, total in rows if total and (account, payer) in pairs}


def list_credits(*, actor: Actor, biller_id: int) -> set[tuple[int, int]]:
    """Return each `(billing account id, payer id)` of one biller that has unapplied credit.

    :raises NotPermitted: the actor may not see this biller's books.
    """
    actor.demand_staff("see_payments", biller_id=biller_id)
    rows = Line.objects.filter(biller_id=biller_id, account=chart.UNAPPLIED_CREDIT)
    sums = rows.values_list("billing_account_id", "payer_id").annotate(total=Sum("amount_minor"))
    return {(account, payer) for account, payer, total in sums if total}


def balances(*, actor: Actor, biller_id: int) -> dict[str, int]:
    """Return the sum of every ledger account of one biller, in minor units, debits positive.

    :raises NotPermitted: the actor may not see this biller's books.
    """
    actor.demand_staff("see_payments", biller_id=biller_id)
    sums = Line.objects.filter(biller_id=biller_id).values_list("account").annotate(total=Sum("amount_minor"))
    return dict.fromkeys(chart.CODES, 0) | dict(sums)


def clearing_by_source(*, actor: Actor, biller_id: int) -> dict[str, int]:
    """Return, for each source (a payment's public id), what the books say the gateway holds for it.

    :raises NotPermitted: the actor may not see this biller's books.
    """
    actor.demand_staff("see_payments", biller_id=biller_id)
    rows = Line.objects.filter(biller_id=biller_id, account=chart.CLEARING)
    sums = rows.values_list("entry__source_ref").annotate(total=Sum("amount_minor")).order_by()
    return dict(sums)
