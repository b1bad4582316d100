"""What is owed, read for the pages that show it: the list, the first page, and paying for several people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import Actor
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payments.balances import Balance
from counterfoil.portal import bills
from counterfoil.portal.bills import Later, Owed
from counterfoil.schedules import queries as schedule_queries, states


def read(
    *,
    actor: Actor,
    now: datetime,
    balances: Collection[Balance],
    billers: Mapping[int, BillerRow],
    can_pay: Callable[[Balance], bool],
    later: Later | None = None,
) -> dict[tuple[int, int], Owed]:
    """Return what is owed by account and payer, in the order of the balances.

    `later` is what is set for later, where the caller has read it. One query without it, and one more where autopay
    may have moved a day, however much there is.
    """
    if later is None:
        later = schedule_queries.sum_scheduled(actor=actor, payer_ids={each.payer_id for each in balances})
    days = {biller.id: biller_queries.today(biller=biller, now=now) for biller in billers.values()}
    late = {
        pair
        for each in balances
        for pair in [(each.account_id, each.payer_id)]
        if each.next_due_on is not None and each.next_due_on < days[each.biller_id]
        if any(one.origin in states.ANNOUNCED for one in later.get(pair, ()))
    }
    opened: Mapping[tuple[int, int], list[InvoiceRow]] = (
        invoice_queries.list_open_of(actor=actor, pairs=late) if late else {}
    )
    return {
        pair: bills.owed(
            each,
            biller=billers[each.biller_id],
            can_pay=can_pay(each),
            today=days[each.biller_id],
            later=later.get(pair, ()),
            opened=opened.get(pair, ()),
        )
        for each in balances
        for pair in [(each.account_id, each.payer_id)]
    }
