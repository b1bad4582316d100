"""Invoices: the list, and one with its lines and payments."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_safe

from counterfoil.desk import desk as desks, late, lists, money_view, words
from counterfoil.desk.desk import Desk
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import Wanted
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries
from counterfoil.schedules import lateness
from counterfoil.ui import sheets

PLACE = "desk-invoices"
SHOW: Final = {
    "open": pgettext_lazy("invoice status", "Open"),
    "overdue": _("Overdue"),
    "paid": _("Paid"),
    "all": _("All"),
}


@require_safe
@desks.page(permissions.SEE_INVOICES)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List invoices, the latest due first."""
    show = lists.choice(request, "show", SHOW, preset="open")
    search = lists.words(request)
    account_ref = request.GET.get("account", "")
    account = (
        payer_queries.get_account(actor=desk.actor, public_id=account_ref)
        if account_ref.isidentifier()
        else None
    )
    wanted = Wanted(
        show=show,
        search=search,
        account_id=account.id if account else None,
        today=desk.today,
        but_ids=late.moved_ids(desk) if show == "overdue" else (),
    )
    found = invoice_queries.list_wanted(
        actor=desk.actor, wanted=wanted, after=invoice_queries.read_cursor(lists.mark(request))
    )
    total = invoice_queries.count_wanted(actor=desk.actor, wanted=wanted, at_most=lists.MOST_COUNTED)
    context = {
        "lines": money_view.invoice_lines(
            rows=found.rows, today=desk.today, later=late.later(desk, found.rows)
        ),
        "show": show,
        "filters": [(key, label, lists.address(request, show=key)) for key, label in SHOW.items()],
        "search_query": search,
        "account": account,
        "without_account_url": lists.address(request, account=""),
        "foot": lists.foot(
            request, shown=len(found.rows), total=total, after=str(found.next) if found.next else ""
        ),
        "total": total,
    }
    return desks.show(request, desk, "invoices.html", place=PLACE, context=context)


@require_safe
@desks.page(permissions.SEE_INVOICES)
def sheet(_request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Download the invoice as the payer does."""
    invoice = invoice_queries.get(actor=desk.actor, public_id=ref)
    content = sheets.invoice(
        biller=desk.biller,
        invoice=invoice,
        lines=invoice_queries.list_lines(actor=desk.actor, invoice_id=invoice.id),
        entries=payment_queries.list_for_invoice(actor=desk.actor, invoice_id=invoice.id),
        memos=ledger_queries.list_memos_on(actor=desk.actor, invoice_id=invoice.id),
        later=late.later(desk, [invoice]),
        now=desk.now,
    )
    return sheets.answer(content, name=f"invoice-{invoice.number}.pdf")


@require_safe
@desks.page(permissions.SEE_INVOICES)
def one(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Show one invoice: what it is for, and what paid or will pay it."""
    invoice = invoice_queries.get(actor=desk.actor, public_id=ref)
    [account] = payer_queries.list_accounts_by_ids(actor=desk.actor, account_ids=[invoice.account_id])
    [payer] = payer_queries.list_payers_by_ids(actor=desk.actor, payer_ids=[invoice.payer_id])
    context = {
        "invoice": invoice,
        "status": lateness.shown_status(invoice=invoice, today=desk.today, later=late.later(desk, [invoice])),
        "may_correct": invoice.status == "open" and desk.may(permissions.EDIT_INVOICES),
        "account": account,
        "payer": payer,
        "lines": invoice_queries.list_lines(actor=desk.actor, invoice_id=invoice.id),
        "payments": [
            (row, words.of(words.ORIGINS, row.origin), part)
            for row, part in payment_queries.list_for_invoice(actor=desk.actor, invoice_id=invoice.id)
        ],
        "credits": ledger_queries.list_memos_on(actor=desk.actor, invoice_id=invoice.id),
    }
    return desks.show(request, desk, "invoice.html", place=PLACE, context=context)
