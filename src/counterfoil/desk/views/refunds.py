"""Giving a payment back: how much of it, then from where and where to, then the one button (product.md 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from counterfoil.core import errors, tokens
from counterfoil.desk import desk as desks, refund_view
from counterfoil.desk.desk import Desk
from counterfoil.desk.forms import corrections
from counterfoil.desk.forms.refunds import OWED, Refund
from counterfoil.flows.refunds import give_back
from counterfoil.flows.refunds.give_back import Wish
from counterfoil.flows.refunds.plan import Plan
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.rows import PaymentRow
from counterfoil.refunds import queries as refund_queries

PLACE, PURPOSE = "desk-payments", "desk-refund"
# What the buttons of both steps say they do.
REFUND, CHANGE = "refund", "change"


@dataclass(frozen=True, slots=True)
class Act:
    """One visit: who is at which payment's refund."""

    request: HttpRequest
    desk: Desk
    payment: PaymentRow

    @property
    def posted(self) -> str:
        """What the pressed button asks for; empty where none was pressed."""
        return self.request.POST.get("step", "review") if self.request.method == "POST" else ""


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.REFUND_PAYMENTS, asks_proof=True)
def give(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Ask, review, give back; without JavaScript too, for what was typed goes along from step to step."""
    act = Act(request, desk, payment_queries.get(actor=desk.actor, public_id=ref))
    if act.posted in {"", CHANGE}:
        form = _form(act, typed=act.posted == CHANGE)
        return _ask(act, form, refusal=_refusal(act))
    form = _form(act, data=True)
    if not form.is_valid():
        return _ask(act, form)
    try:
        token = tokens.read_form_key(
            form.cleaned_data["token"], purpose=PURPOSE, subject=str(desk.actor.login_id)
        )
        wish = form.wish(key=token.key, seen=request.POST.get("seen", ""))
        return _run(act, form, wish) if act.posted == REFUND else _review(act, form, wish)
    except errors.NotPermitted:
        raise
    except errors.Refused as refused:
        form.refuse(refused)
        return _ask(act, form)


def _form(act: Act, *, data: bool = False, typed: bool = False) -> Refund:
    """The form: as it was sent, with what was typed before, or new with all that can go back."""
    payment, sent = act.payment, act.request.POST
    shares = payment_queries.list_shares(actor=act.desk.actor, payment_ids=[payment.id])[payment.id]
    initial: dict[str, Any] = {
        "token": tokens.form_key(
            purpose=PURPOSE, subject=str(act.desk.actor.login_id), issued_at=act.desk.now
        ),
        "amount": corrections.plain(give_back.refundable_minor(payment)),
        "gives_fee_back": payment.refunded_minor == 0,
        "lowers_bills": OWED,
    }
    if typed:
        initial |= {
            name: sent[name] for name in ("token", "amount", "lowers_bills", "reason") if name in sent
        }
        initial["gives_fee_back"] = sent.get("gives_fee_back") == "True"
    return Refund(
        sent if data else None,
        payment=payment,
        pays_bills=any(not share.is_released for share in shares),
        initial=initial,
    )


def _refusal(act: Act) -> str:
    """Say why nothing can be given back of this payment, before anybody types; empty where it can."""
    wish = Wish(
        amount_minor=give_back.refundable_minor(act.payment) or 1,
        gives_fee_back=False,
        lowers_bills=False,
        reason="",
    )
    try:
        give_back.review(actor=act.desk.actor, ref=act.payment.public_id, wish=wish)
    except errors.Invalid:
        return ""
    except errors.Stale as stale:
        return stale.message
    return ""


def _ask(act: Act, form: Refund, *, refusal: str = "") -> HttpResponse:
    return _show(act, {"form": form, "refusal": refusal})


def _review(act: Act, form: Refund, wish: Wish, *, message: str = "") -> HttpResponse:
    """Show where the money comes from and where it goes. Raises what the flow refuses."""
    made = give_back.review(actor=act.desk.actor, ref=act.payment.public_id, wish=wish)
    context = {"form": form, "made": made, "wish": wish, "message": message, **_taken(act, made, wish)}
    return _show(act, context)


def _taken(act: Act, made: Plan, wish: Wish) -> dict[str, Any]:
    ids = [part.invoice_id for part in made.invoices]
    rows = {row.id: row for row in invoice_queries.list_by_ids(actor=act.desk.actor, invoice_ids=ids)}
    return {
        "bills": refund_view.bills(made, rows, lowers=wish.lowers_bills),
        "kept_fee_minor": act.payment.fee_minor - act.payment.refunded_fee_minor - made.fee_minor,
        "lost_until": refund_view.can_be_lost_until(act.payment, today=act.desk.today),
    }


def _run(act: Act, form: Refund, wish: Wish) -> HttpResponse:
    """Give it back; what is no longer as it was reviewed is reviewed again."""
    desk, ref = act.desk, act.payment.public_id
    try:
        refund_ref = give_back.run(actor=desk.actor, now=desk.now, ref=ref, wish=wish)
    except errors.Stale as stale:
        if stale.code == give_back.USED:
            raise
        return _review(act, form, wish, message=stale.message)
    rows = refund_queries.list_of(actor=desk.actor, payment_ids=[act.payment.id])[act.payment.id]
    [row] = [each for each in rows if each.public_id == refund_ref]
    level, text = refund_view.outcome(row, today=desk.today)
    messages.add_message(act.request, level, text)
    return HttpResponseRedirect(desk.path("desk-payment", ref))


def _show(act: Act, context: dict[str, Any]) -> HttpResponse:
    back = act.desk.path("desk-payment", act.payment.public_id)
    values = {"payment": act.payment, "back": back, **context}
    return desks.show(act.request, act.desk, "refund.html", place=PLACE, context=values)
