"""Sums of the books. A balance shown anywhere is one of these, or a cache proved equal to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Min, Q, QuerySet, Sum

from counterfoil.core import db, scope
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.ledger import chart
from counterfoil.ledger.models import Line

Pair = tuple[int, int]
"""A billing account's id and a payer's."""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """What one entry changed of what a payer owes on an account, in minor units: positive is owed more."""

    effective_on: date
    kind: str
    source_ref: str
    amount_minor: int

    @property
    def taken_minor(self) -> int:
        """The same as what is owed less."""
        return -self.amount_minor


def credits_of(*, actor: Actor, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return the unapplied credit, in minor units, of each `(billing account id, payer id)`; zero is left out."""
    if not pairs:
        return {}
    mine, values = "true", list[Any]()
    if not actor.is_system:
        # Somebody who is staff and a payer too is what the interface says, as everywhere.
        is_staff = actor.kind == ActorKind.STAFF
        mine = "biller_id = ANY(%s)" if is_staff else "payer_id = ANY(%s)"
        values = [list(actor.staff_biller_ids() if is_staff else actor.payer_ids())]
    account_ids, payer_ids = {account for account, _ in pairs}, {payer for _, payer in pairs}
    sums = db.select(
        "SELECT billing_account_id, payer_id, sum(amount_minor) FROM ledger_line"  # noqa: S608 - our own names
        f" WHERE account = %s AND billing_account_id = ANY(%s) AND payer_id = ANY(%s) AND {mine}"
        " GROUP BY billing_account_id, payer_id",
        [chart.UNAPPLIED_CREDIT, list(account_ids), list(payer_ids), *values],
    )
    return {
        (account, payer): -int(total) for account, payer, total in sums if total and (account, payer) in pairs
    }


def _of_pairs(actor: Actor, pairs: Collection[Pair]) -> QuerySet[Line]:
    """Return the lines of what these payers owe on these accounts, or have to their credit; the actor's alone."""
    mine = Q(
        billing_account_id__in={account for account, _ in pairs}, payer_id__in={payer for _, payer in pairs}
    )
    # Written twice, for each has an index of its own.
    owed = Line.objects.filter(Q(mine, account=chart.RECEIVABLE) | Q(mine, account=chart.UNAPPLIED_CREDIT))
    return owed.filter(
        scope.visible(actor=actor, staff_permission="see_payments", payer_permission="documents")
    )


def first_days(*, actor: Actor, pairs: Collection[Pair]) -> dict[Pair, date]:
    """Return the day of the first entry of each `(billing account id, payer id)`; none where there is none."""
    rows = _of_pairs(actor, pairs).values_list("billing_account_id", "payer_id")
    firsts = rows.annotate(first=Min("entry__effective_on")).order_by()
    return {(account, payer): first for account, payer, first in firsts if (account, payer) in pairs}


def owed_before(*, actor: Actor, pair: Pair, day: date) -> int:
    """Return what a payer owed on an account when this day began, in minor units; credit is below zero."""
    rows = _of_pairs(actor, {pair}).filter(entry__effective_on__lt=day)
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


def list_moves(*, actor: Actor, pair: Pair, first: date, last: date) -> list[MoveRow]:
    """Return what changed between two days, both counted; what changed nothing is left out."""
    rows = _of_pairs(actor, {pair}).filter(entry__effective_on__gte=first, entry__effective_on__lte=last)
    columns = ("entry__effective_on", "entry_id", "entry__kind", "entry__source_ref")
    sums = rows.values_list(*columns).annotate(total=Sum("amount_minor")).order_by(*columns[:2])
    return [MoveRow(day, kind, ref, total) for day, _id, kind, ref, total in sums if total]


def list_memos_on(*, actor: Actor, invoice_id: int) -> list[MoveRow]:
    """Return the credit memos on an invoice, oldest first: what was taken off what is owed on it.

    They are for everybody it was ever addressed to; who has a share of it sees none.
    """
    owed = Line.objects.filter(invoice_id=invoice_id, account=chart.RECEIVABLE)
    mine = owed.filter(
        scope.visible(actor=actor, staff_permission="see_payments", payer_permission="see_invoices")
    )
    rows = owed.filter(Exists(mine), entry__kind="invoice.credited").order_by("entry_id")
    columns = ("entry__effective_on", "entry__kind", "entry__source_ref", "amount_minor")
    return [MoveRow(*row) for row in rows.values_list(*columns)]


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
