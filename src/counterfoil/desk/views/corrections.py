"""Correcting an invoice: edit its due date and lines, address it to another payer, credit it, void it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.core import errors, tokens
from counterfoil.desk import desk as desks
from counterfoil.desk.desk import Desk
from counterfoil.desk.forms import corrections as correction_forms
from counterfoil.flows.invoices import credit, void as void_flow
from counterfoil.flows.payments import record_by_hand
from counterfoil.flows.schedules import change_invoice as change, readdress_invoice as readdress
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import LinkRow

INVOICES, ACCOUNTS = "desk-invoices", "desk-accounts"
PURPOSE: Final = "desk-correction"


@dataclass(frozen=True, slots=True)
class Window:
    """One correction as its window shows it."""

    title: str
    lead: str
    button: str
    back: str
    done: str
    place: str = INVOICES
    is_dangerous: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.EDIT_INVOICES)
def void(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Take an invoice back."""
    invoice = invoice_queries.get(actor=desk.actor, public_id=ref)
    window = Window(
        title=_("Void invoice %(number)s") % {"number": invoice.number},
        lead=_(
            "Nothing will be owed on it any more. What was paid on it becomes the payer's credit. "
            "This cannot be undone."
        ),
        button=_("Void Invoice"),
        back=desk.path("desk-invoice", ref),
        done=_("Invoice %(number)s is void.") % {"number": invoice.number},
        is_dangerous=True,
    )
    form = correction_forms.Void(request.POST or None, initial=_initial(desk))

    def act(values: dict[str, Any], _key: str) -> None:
        void_flow.run(actor=desk.actor, now=desk.now, ref=ref, reason=values["reason"])

    return _answer(request, desk, window, form, act)


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.EDIT_INVOICES)
def take_off(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Credit an invoice."""
    invoice = invoice_queries.get(actor=desk.actor, public_id=ref)
    window = Window(
        title=_("Credit invoice %(number)s") % {"number": invoice.number},
        lead=_("The payer owes that much less on it, and is told."),
        button=_("Credit Invoice"),
        back=desk.path("desk-invoice", ref),
        done=_("Invoice %(number)s was credited.") % {"number": invoice.number},
    )
    form = correction_forms.Credit(request.POST or None, initial=_initial(desk))

    def act(values: dict[str, Any], key: str) -> None:
        credit.run(
            actor=desk.actor,
            now=desk.now,
            ref=ref,
            amount_minor=values["amount_minor"],
            reason=values["reason"],
            key=key,
        )

    return _answer(request, desk, window, form, act)


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.EDIT_INVOICES)
def edit(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Change an invoice's due date and lines."""
    invoice = invoice_queries.get(actor=desk.actor, public_id=ref)
    window = Window(
        title=_("Edit invoice %(number)s") % {"number": invoice.number},
        lead=_("The payer is told what changed. To take a line away, empty its words and its amount."),
        button=_("Save"),
        back=desk.path("desk-invoice", ref),
        done=_("Invoice %(number)s was changed.") % {"number": invoice.number},
    )
    lines = invoice_queries.list_lines(actor=desk.actor, invoice_id=invoice.id)
    form = correction_forms.Edit(
        request.POST or None, lines=lines, initial={**_initial(desk), "due_on": invoice.due_on}
    )

    def act(values: dict[str, Any], key: str) -> None:
        wanted = change.Change(values["due_on"], form.lines, values["reason"], key)
        change.run(actor=desk.actor, now=desk.now, ref=ref, change=wanted)

    return _answer(request, desk, window, form, act)


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.EDIT_INVOICES)
def address(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Address an invoice to another payer of the account."""
    invoice = invoice_queries.get(actor=desk.actor, public_id=ref)
    links = payer_queries.list_account_payers(actor=desk.actor, account_id=invoice.account_id)
    window = Window(
        title=_("Address invoice %(number)s to someone else") % {"number": invoice.number},
        lead=_("What %(name)s paid on it stays theirs, with its receipts. Both are told.")
        % {"name": invoice.payer_name},
        button=_("Change Addressee"),
        back=desk.path("desk-invoice", ref),
        done=_("Invoice %(number)s has another addressee.") % {"number": invoice.number},
    )
    form = correction_forms.Readdress(
        request.POST or None,
        payers=[link.payer for link in links if link.payer.id != invoice.payer_id],
        initial=_initial(desk),
    )

    def act(values: dict[str, Any], _key: str) -> None:
        readdress.run(actor=desk.actor, now=desk.now, ref=ref, payer_ref=values["payer"])

    return _answer(request, desk, window, form, act)


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.RECORD_PAYMENTS)
def record(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Record a check, cash, or a payment that came elsewhere, on an account."""
    account = payer_queries.get_account(actor=desk.actor, public_id=ref)
    links = payer_queries.list_account_payers(actor=desk.actor, account_id=account.id)
    window = Window(
        title=_("Record a Payment"),
        lead=_("For %(name)s, account %(number)s. It counts as Paid at once, and the payer is told.")
        % {"name": account.holder_name, "number": account.number},
        button=_("Record Payment"),
        back=desk.path("desk-account", ref),
        done=_("The payment was recorded."),
        place=ACCOUNTS,
    )
    form = _record_form(request, desk, links)

    def act(values: dict[str, Any], key: str) -> None:
        wanted = record_by_hand.Record(
            account_ref=ref,
            payer_ref=values["payer"],
            kind=values["kind"],
            amount_minor=values["amount_minor"],
            received_on=values["received_on"],
            applies_to=values["applies_to"],
            key=key,
            check_number=values["check_number"] if values["kind"] == record_by_hand.CHECK else "",
        )
        record_by_hand.run(actor=desk.actor, now=desk.now, record=wanted)

    return _answer(request, desk, window, form, act)


def _record_form(
    request: HttpRequest, desk: Desk, links: Sequence[LinkRow]
) -> correction_forms.RecordPayment:
    initial = {
        **_initial(desk),
        "payer": next((link.payer.public_id for link in links if link.is_default), ""),
        "kind": record_by_hand.CHECK,
        "received_on": desk.today,
        "applies_to": record_by_hand.OLDEST,
    }
    payers = [link.payer for link in links]
    return correction_forms.RecordPayment(
        request.POST or None, payers=payers, today=desk.today, initial=initial
    )


def _initial(desk: Desk) -> dict[str, Any]:
    subject = str(desk.actor.login_id)
    return {"token": tokens.form_key(purpose=PURPOSE, subject=subject, issued_at=desk.now)}


def _answer(
    request: HttpRequest,
    desk: Desk,
    window: Window,
    form: forms.Form,
    act: Callable[[dict[str, Any], str], None],
) -> HttpResponse:
    """Do it where the form is right, and go back; show the window again with what is wrong otherwise."""
    if request.method == "POST" and form.is_valid():
        try:
            token = tokens.read_form_key(
                form.cleaned_data["token"], purpose=PURPOSE, subject=str(desk.actor.login_id)
            )
            act(form.cleaned_data, token.key)
        except errors.NotPermitted:
            raise
        except errors.Refused as refused:
            field = getattr(refused, "field", "") or ""
            form.add_error(field if field in form.fields else None, refused.message)
        else:
            messages.success(request, window.done)
            return HttpResponseRedirect(window.back)
    context = {"window": window, "form": form}
    return desks.show(request, desk, "correction.html", place=window.place, context=context)
