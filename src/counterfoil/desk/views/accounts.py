"""Billing accounts: the list, and everything about one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from counterfoil.desk import desk as desks, late, lists, money_view, portal_access, words
from counterfoil.desk.desk import Desk
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.methods import queries as method_queries
from counterfoil.notices import queries as notice_queries
from counterfoil.payers import access_queries as payer_access, queries as payer_queries
from counterfoil.payers.rows import AccountRow, LinkRow
from counterfoil.payments import balances, queries as payment_queries
from counterfoil.refunds import queries as refund_queries

SHOWN = 10
PLACE = "desk-accounts"


@require_safe
@desks.page(permissions.SEE_ACCOUNTS)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the accounts by name."""
    search = lists.words(request)
    found = payer_queries.list_accounts(
        actor=desk.actor,
        biller_id=desk.biller.id,
        search=search,
        after=payer_queries.read_cursor(lists.mark(request)),
    )
    total = payer_queries.count_accounts(actor=desk.actor, biller_id=desk.biller.id, search=search)
    sums = _outstanding(desk, [account.id for account in found.rows])
    context = {
        "rows": [(account, sums.get(account.id, 0)) for account in found.rows],
        "search_query": search,
        "foot": lists.foot(request, shown=len(found.rows), total=total, after=str(found.next or "")),
        "total": total,
    }
    return desks.show(request, desk, "accounts.html", place=PLACE, context=context)


@require_safe
@desks.page(permissions.SEE_ACCOUNTS)
def one(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Show one account: what is owed, by whom, how it was paid, and what was sent."""
    account = payer_queries.get_account(actor=desk.actor, public_id=ref)
    links = payer_queries.list_account_payers(actor=desk.actor, account_id=account.id)
    payer_ids = [link.payer.id for link in links]
    owed = [
        balance
        for balance in balances.list_for(actor=desk.actor, payer_ids=payer_ids)
        if balance.account_id == account.id
    ]
    notices = notice_queries.list_for_payers(desk.actor, payer_ids=payer_ids, limit=SHOWN)
    context = {
        "account": account,
        "may_record": desk.may(permissions.RECORD_PAYMENTS) and bool(links),
        "balances": owed,
        "outstanding_minor": sum(balance.outstanding_minor for balance in owed),
        "pending_minor": sum(balance.pending_minor for balance in owed),
        "credit_minor": sum(balance.credit_minor for balance in owed),
        "payers": _payers(desk, links),
        "methods": method_queries.list_for(actor=desk.actor, payer_ids=payer_ids),
        "notices": [
            (row, words.of(words.NOTICES, row.key), words.of(words.DELIVERIES, row.status)) for row in notices
        ],
        **_money(desk, account, payer_ids),
    }
    return desks.show(request, desk, "account.html", place=PLACE, context=context)


def _money(desk: Desk, account: AccountRow, payer_ids: list[int]) -> dict[str, object]:
    """Return the newest invoices and payments of an account, and the aging of what is open."""
    opened = invoice_queries.list_open_of(
        actor=desk.actor, pairs=[(account.id, payer_id) for payer_id in payer_ids]
    )
    invoices = invoice_queries.list_wanted(
        actor=desk.actor, wanted=invoice_queries.Wanted(account_id=account.id), limit=SHOWN
    )
    payments = payment_queries.list_wanted(
        actor=desk.actor, wanted=payment_queries.Wanted(account_id=account.id), limit=SHOWN
    )
    shares = payment_queries.list_shares(actor=desk.actor, payment_ids=[row.id for row in payments.rows])
    owed = [row for rows in opened.values() for row in rows]
    later = late.later(desk, [*owed, *invoices.rows])
    return {
        "aging": money_view.aging(rows=owed, today=desk.today, later=later),
        "invoices": money_view.invoice_lines(rows=invoices.rows, today=desk.today, later=later),
        "more_invoices": invoices.next is not None,
        "payments": money_view.payment_lines(
            rows=payments.rows,
            shares=shares,
            zone=desk.biller.zone,
            moving=refund_queries.list_moving(actor=desk.actor, payments=payments.rows),
        ),
        "more_payments": payments.next is not None,
    }


def _payers(desk: Desk, links: list[LinkRow]) -> list[tuple[LinkRow, str, portal_access.AccessLine]]:
    access = payer_access.map_access(actor=desk.actor, payer_ids=[link.payer.id for link in links])
    return [
        (
            link,
            words.of(words.RELATIONS, link.relation),
            portal_access.line(access=access[link.payer.id], now=desk.now),
        )
        for link in links
    ]


def _outstanding(desk: Desk, account_ids: list[int]) -> dict[int, int]:
    """Return what is outstanding on each account, by the one sum, for all its payers together."""
    links = payer_queries.list_payers_of_accounts(actor=desk.actor, account_ids=account_ids)
    sums: dict[int, int] = {}
    for balance in balances.list_for(actor=desk.actor, payer_ids=sorted({link.payer.id for link in links})):
        sums[balance.account_id] = sums.get(balance.account_id, 0) + balance.outstanding_minor
    return sums
