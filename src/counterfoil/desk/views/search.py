"""Search by anything: accounts, payers, invoices and payments on one page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from counterfoil.desk import desk as desks, late, lists, money_view
from counterfoil.desk.desk import Desk
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries

SHOWN = 6


@require_safe
@desks.page(permissions.SEE_ACCOUNTS)
def everything(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the first few of each kind that fit."""
    search = lists.words(request)
    context = {
        "search_query": search,
        "query": urlencode({"q": search}),
        **(_found(desk, search) if search else {}),
    }
    return desks.show(request, desk, "search.html", place="", context=context)


def _found(desk: Desk, search: str) -> dict[str, object]:
    here = desk.biller.id
    accounts = payer_queries.list_accounts(actor=desk.actor, biller_id=here, search=search, limit=SHOWN)
    payers = payer_queries.list_payers(actor=desk.actor, biller_id=here, search=search, limit=SHOWN)
    invoices = invoice_queries.list_wanted(
        actor=desk.actor, wanted=invoice_queries.Wanted(search=search), limit=SHOWN
    )
    payments = payment_queries.list_wanted(
        actor=desk.actor, wanted=payment_queries.Wanted(search=search), limit=SHOWN
    )
    return {
        "accounts": accounts.rows,
        "more_accounts": accounts.next is not None,
        "payers": payers.rows,
        "more_payers": payers.next is not None,
        "invoices": money_view.invoice_lines(
            rows=invoices.rows, today=desk.today, later=late.later(desk, invoices.rows)
        ),
        "more_invoices": invoices.next is not None,
        "payments": payments.rows,
        "more_payments": payments.next is not None,
        "is_empty": not (accounts.rows or payers.rows or invoices.rows or payments.rows),
    }
