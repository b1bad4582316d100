"""Payments: the list, and one with its timeline and proof."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterfoil.agreements import queries as agreement_queries
from counterfoil.desk import desk as desks, lists, money_view, refund_view, timeline
from counterfoil.desk.desk import Desk
from counterfoil.flows.refunds import give_back
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import attempt_queries, queries as payment_queries, states
from counterfoil.payments.queries import Wanted
from counterfoil.refunds import queries as refund_queries
from counterfoil.ui import sheets

PLACE = "desk-payments"
# The public statuses as filters; what a filter means inside is told by the one public mapping.
SHOW: Final = {
    "all": (_("All"), None),
    "pending": (_("Pending"), "Pending"),
    "action_needed": (_("Action needed"), "Action needed"),
    "paid": (_("Paid"), "Paid"),
    "declined": (_("Declined"), "Declined"),
    "returned": (_("Returned"), "Returned"),
    "refunded": (_("Refunded"), "Refunded"),
    "canceled": (_("Canceled"), "Canceled"),
}


@require_safe
@desks.page(permissions.SEE_PAYMENTS)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List payments, the newest first."""
    show = lists.choice(request, "show", SHOW, preset="all")
    search = lists.words(request)
    account_ref = request.GET.get("account", "")
    account = (
        payer_queries.get_account(actor=desk.actor, public_id=account_ref)
        if account_ref.isidentifier()
        else None
    )
    public = SHOW[show][1]
    wanted = Wanted(
        statuses=None
        if public is None
        else [inner for inner, word in states.PUBLIC.items() if word == public],
        account_id=account.id if account else None,
        search=search,
    )
    found = payment_queries.list_wanted(
        actor=desk.actor, wanted=wanted, after=payment_queries.read_cursor(lists.mark(request))
    )
    total = payment_queries.count_wanted(actor=desk.actor, wanted=wanted, at_most=lists.MOST_COUNTED)
    context = {
        "lines": money_view.payment_lines(
            rows=found.rows,
            shares={},
            zone=desk.biller.zone,
            moving=refund_queries.list_moving(actor=desk.actor, payments=found.rows),
        ),
        "show": show,
        "filters": [(key, label, lists.address(request, show=key)) for key, (label, _word) in SHOW.items()],
        "search_query": search,
        "account": account,
        "without_account_url": lists.address(request, account=""),
        "foot": lists.foot(
            request, shown=len(found.rows), total=total, after=str(found.next) if found.next else ""
        ),
        "total": total,
    }
    return desks.show(request, desk, "payments.html", place=PLACE, context=context)


@require_safe
@desks.page(permissions.SEE_PAYMENTS)
def receipt(_request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Download the receipt, as the payer would today."""
    payment = payment_queries.get(actor=desk.actor, public_id=ref)
    shares = payment_queries.list_shares(actor=desk.actor, payment_ids=[payment.id])[payment.id]
    invoices = invoice_queries.list_by_ids(
        actor=desk.actor, invoice_ids=[share.invoice_id for share in shares]
    )
    content = sheets.receipt(
        biller=desk.biller,
        payment=payment,
        shares=shares,
        invoices={invoice.id: invoice for invoice in invoices},
        refunds=refund_queries.list_of(actor=desk.actor, payment_ids=[payment.id])[payment.id],
        now=desk.now,
    )
    return sheets.answer(content, name=f"receipt-{payment.number}.pdf")


@require_safe
@desks.page(permissions.SEE_PAYMENTS)
def one(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Show one payment: what it pays, what happened, and what was agreed."""
    payment = payment_queries.get(actor=desk.actor, public_id=ref)
    [account] = payer_queries.list_accounts_by_ids(actor=desk.actor, account_ids=[payment.account_id])
    [payer] = payer_queries.list_payers_by_ids(actor=desk.actor, payer_ids=[payment.payer_id])
    shares = payment_queries.list_shares(actor=desk.actor, payment_ids=[payment.id])
    refunds = refund_queries.list_of(actor=desk.actor, payment_ids=[payment.id])[payment.id]
    live = [share for share in shares[payment.id] if not share.is_released]
    context = {
        "line": money_view.payment_lines(rows=[payment], shares=shares, zone=desk.biller.zone)[0],
        "payment": payment,
        "account": account,
        "payer": payer,
        "unapplied_minor": payment.amount_minor
        - payment.refunded_minor
        - sum(share.amount_minor for share in live),
        "refunds": refund_view.lines(refunds, payment=payment, today=desk.today),
        "may_refund": desk.may(permissions.REFUND_PAYMENTS) and give_back.refundable_minor(payment) > 0,
        "is_finished": payment.status in states.FINISHED,
        "timeline": timeline.of(
            payment=payment,
            events=payment_queries.list_events(actor=desk.actor, payment_id=payment.id),
            refunds=refunds,
        ),
        "gateway_key": attempt_queries.gateway_keys(payment_ids=[payment.id]).get(payment.id, ""),
        "authorization": agreement_queries.get(actor=desk.actor, authorization_id=payment.authorization_id)
        if payment.authorization_id
        else None,
    }
    return desks.show(request, desk, "payment.html", place=PLACE, context=context)
