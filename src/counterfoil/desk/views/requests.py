"""Requests: what payers ask; staff answer and close."""

from __future__ import annotations

import secrets
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.core import errors
from counterfoil.desk import desk as desks, lists
from counterfoil.desk.desk import Desk
from counterfoil.desk.forms.answer import AnswerForm
from counterfoil.flows.requests import answer, close as close_flow
from counterfoil.identity import permissions
from counterfoil.payers import queries as payer_queries
from counterfoil.requests import queries as request_queries, states, topics
from counterfoil.requests.queries import RequestRow

PLACE = "desk-requests"
SHOW: Final = {
    "open": (gettext_lazy("Waiting"), [states.OPEN]),
    "answered": (gettext_lazy("Answered"), [states.ANSWERED]),
    "closed": (gettext_lazy("Closed"), [states.CLOSED]),
    "all": (gettext_lazy("All"), None),
}


@require_safe
@desks.page(permissions.SEE_ACCOUNTS)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List requests, those that wait first of all."""
    show = lists.choice(request, "show", SHOW, preset="open")
    statuses = SHOW[show][1]
    found = request_queries.list_page(
        actor=desk.actor, statuses=statuses, after=request_queries.read_cursor(lists.mark(request))
    )
    total = request_queries.count(actor=desk.actor, statuses=statuses, at_most=lists.MOST_COUNTED)
    context = {
        "rows": found.rows,
        "show": show,
        "filters": [(key, label, lists.address(request, show=key)) for key, (label, _s) in SHOW.items()],
        "foot": lists.foot(
            request, shown=len(found.rows), total=total, after=str(found.next) if found.next else ""
        ),
        "total": total,
    }
    return desks.show(request, desk, "requests.html", place=PLACE, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.SEE_ACCOUNTS)
def one(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Show one request with what was written; answer it."""
    row = request_queries.get(actor=desk.actor, public_id=ref)
    may_answer = desk.may(permissions.ANSWER_REQUESTS) and not row.is_closed
    is_sent = request.method == "POST"
    if is_sent:
        desk.actor.demand_staff(permissions.ANSWER_REQUESTS, biller_id=desk.biller.id)
    form = AnswerForm(request.POST if is_sent else None, initial={"key": secrets.token_urlsafe(18)})
    if is_sent and form.is_valid() and _answered(desk, row, form):
        messages.success(request, _("Your answer was sent to %(name)s.") % {"name": row.payer_name})
        return HttpResponseRedirect(desk.path("desk-request", ref))
    [payer] = payer_queries.list_payers_by_ids(actor=desk.actor, payer_ids=[row.payer_id])
    page = "desk-payment" if row.kind == topics.PAYMENT else "desk-invoice"
    context = {
        "row": row,
        "payer": payer,
        "said": request_queries.list_messages(actor=desk.actor, request_id=row.id),
        "subject_url": desk.path(page, row.subject_ref),
        "form": form if may_answer else None,
    }
    return desks.show(request, desk, "request.html", place=PLACE, context=context)


@require_POST
@desks.page(permissions.ANSWER_REQUESTS)
def close(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Close a request without another word."""
    close_flow.run(actor=desk.actor, now=desk.now, request_ref=ref)
    messages.success(request, _("The request is closed."))
    return HttpResponseRedirect(desk.path("desk-request", ref))


def _answered(desk: Desk, row: RequestRow, form: AnswerForm) -> bool:
    values = form.cleaned_data
    try:
        answer.run(
            actor=desk.actor,
            now=desk.now,
            request_ref=row.public_id,
            text=values["text"],
            key=values["key"],
        )
    except (errors.Invalid, errors.Stale) as refusal:
        form.refuse(refusal)
        return False
    return True
