"""Payers: the list, one with accounts and access, and the contact data staff may change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.core import errors
from counterfoil.desk import desk as desks, lists, portal_access, words
from counterfoil.desk.desk import Desk
from counterfoil.desk.forms.contact import ContactForm, WhoPaysForm
from counterfoil.flows.payers import change_contact, choose_who_pays
from counterfoil.flows.payers.choose_who_pays import Choice
from counterfoil.identity import permissions
from counterfoil.methods import queries as method_queries
from counterfoil.notices import queries as notice_queries
from counterfoil.payers import access_queries as payer_access, queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import balances
from counterfoil.schedules import queries as schedule_queries

PLACE = "desk-payers"
SHOWN = 10


@require_safe
@desks.page(permissions.SEE_ACCOUNTS)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the payers by name."""
    search = lists.words(request)
    found = payer_queries.list_payers(
        actor=desk.actor,
        biller_id=desk.biller.id,
        search=search,
        after=payer_queries.read_cursor(lists.mark(request)),
    )
    total = payer_queries.count_payers(actor=desk.actor, biller_id=desk.biller.id, search=search)
    context = {
        "rows": [(payer, words.of(words.WHO_PAYS, payer.who_pays)) for payer in found.rows],
        "search_query": search,
        "foot": lists.foot(request, shown=len(found.rows), total=total, after=str(found.next or "")),
        "total": total,
    }
    return desks.show(request, desk, "payers.html", place=PLACE, context=context)


@require_safe
@desks.page(permissions.SEE_ACCOUNTS)
def one(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Show one payer: contact data, accounts, access, methods, and what was sent."""
    access = payer_access.get_access(actor=desk.actor, payer_public_id=ref)
    payer = access.payer
    owed = {
        balance.account_id: balance.outstanding_minor
        for balance in balances.list_for(actor=desk.actor, payer_ids=[payer.id])
    }
    context = {
        "payer": payer,
        "autopay": schedule_queries.list_enrollments(actor=desk.actor, payer_ids=[payer.id]),
        "access": portal_access.line(access=access, now=desk.now),
        "who_pays": words.who_pays(payer.who_pays, payer.collection_day),
        "invoice_preference": words.of(words.INVOICE_PREFERENCES, payer.invoice_preference),
        "accounts": [
            (link, words.of(words.RELATIONS, link.relation), owed.get(link.account.id, 0))
            for link in payer_queries.list_payer_accounts(actor=desk.actor, payer_ids=[payer.id])
        ],
        "methods": method_queries.list_for(actor=desk.actor, payer_ids=[payer.id]),
        "notices": [
            (row, words.of(words.NOTICES, row.key), words.of(words.DELIVERIES, row.status))
            for row in notice_queries.list_for_payers(desk.actor, payer_ids=[payer.id], limit=SHOWN)
        ],
    }
    return desks.show(request, desk, "payer.html", place=PLACE, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.EDIT_PAYERS)
def edit(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Change where bills go and whom to call. Who can sign in does not change by it."""
    payer = payer_queries.get_payer(actor=desk.actor, public_id=ref)
    form = ContactForm(request.POST if request.method == "POST" else None, initial=_present(payer))
    if request.method == "POST" and form.is_valid() and _saved(desk, payer, form):
        messages.success(request, _("The contact data of %(name)s was changed.") % {"name": payer.name})
        return HttpResponseRedirect(desk.path("desk-payer", payer.public_id))
    return desks.show(request, desk, "payer_edit.html", place=PLACE, context={"payer": payer, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.EDIT_PAYERS)
def who_pays(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Change who pays; the payer is told, and nothing is charged by it."""
    payer = payer_queries.get_payer(actor=desk.actor, public_id=ref)
    form = WhoPaysForm(
        request.POST if request.method == "POST" else None,
        days=desk.biller.portal.days_to_collect,
        standing=Choice(payer.who_pays, payer.collection_day),
    )
    if request.method == "POST" and form.is_valid():
        try:
            choose_who_pays.run(actor=desk.actor, now=desk.now, payer_ref=ref, choice=form.choice)
        except errors.Invalid as refused:
            form.add_error("who_pays", refused.message)
        else:
            messages.success(request, _("Who pays for %(name)s was changed.") % {"name": payer.name})
            return HttpResponseRedirect(desk.path("desk-payer", ref))
    context = {"payer": payer, "form": form}
    return desks.show(request, desk, "payer_who_pays.html", place=PLACE, context=context)


def _present(payer: PayerRow) -> dict[str, str]:
    return {
        "name": payer.name,
        "email": payer.email,
        "phone": payer.phone,
        "locale": payer.locale,
        "invoice_preference": payer.invoice_preference,
    }


def _saved(desk: Desk, payer: PayerRow, form: ContactForm) -> bool:
    contact = change_contact.Contact(**{name: form.cleaned_data[name] for name in _present(payer)})
    try:
        change_contact.run(actor=desk.actor, now=desk.now, payer_ref=payer.public_id, contact=contact)
    except errors.NotPermitted:
        raise
    except errors.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return False
    return True
