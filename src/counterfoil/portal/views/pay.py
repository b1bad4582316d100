"""The window Make a Payment: Select Method, Verify Payment, and Submit. The third step is the payment's own page."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.core import errors, tokens
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, Submission
from counterfoil.flows.payments.prepare import Review
from counterfoil.payments import queries as payment_queries
from counterfoil.portal import detour, kept, replacing
from counterfoil.portal.forms import pay as pay_forms
from counterfoil.portal.forms.pay import SelectMethod
from counterfoil.portal.kept import KeptOrder
from counterfoil.portal.views.paying import PURPOSE, SCOPE, OrderView, PayView, leave_url


class SelectMethodStep(PayView):
    """Step 1, Select Method."""

    def get(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Open the window: anew, with one invoice ticked, with what was kept, or with what a payment was for."""
        self.demand_payable()
        query = self.request.GET
        before = kept.read_order(query.get("kept", ""), subject=self.subject)
        if before is None and query.get("again", "").isidentifier():
            before = self._again(query["again"])
        if before is None:
            return self.select(
                SelectMethod(offered=self.offered, initial=self._initial(query.get("invoice", "")))
            )
        initial = {**self._initial(""), **pay_forms.posted(before)}
        initial["method"] = query.get("method") or before.method_ref or initial["method"]
        return self.select(SelectMethod(offered=self.offered, initial=initial))

    def post(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Go on to Verify Payment; or to adding a method, with everything kept."""
        self.demand_payable()
        form = SelectMethod(self.request.POST, offered=self.offered_for(self.request.POST.get("mode", "")))
        away = self._away(form, self.request.POST.get("add", ""))
        if away:
            return HttpResponseRedirect(away)
        if not form.is_valid():
            return self.select(form)
        key = tokens.form_key(purpose=PURPOSE, subject=self.subject, issued_at=self.now)
        order = replace(form.kept(key=key), changes=self._changes())
        query = urlencode({"order": order.text(subject=self.subject)})
        step = "portal-pay-later" if order.pay_on else "portal-pay-verify"
        return HttpResponseRedirect(f"{reverse(step, args=[payer_ref, account_ref])}?{query}")

    def _away(self, form: SelectMethod, asked: str) -> str:
        """Return where adding or renewing a method is, with the way back; empty when that is not asked."""
        if not asked:
            return ""
        form.is_valid()  # what can be read of it is kept
        order = replace(form.kept(), changes=self._changes())
        return detour.url_asked(
            asked,
            payer_ref=self.payer_row.public_id,
            renewable=tuple(method.public_id for method in form.offered.expired),
            back=f"{self.start_url}?{urlencode({'kept': order.text(subject=self.subject)})}",
        )

    def _initial(self, invoice_ref: str) -> dict[str, object]:
        methods = self.offered.methods
        initial: dict[str, object] = {"method": methods[0].public_id if methods else ""}
        if self.offered.is_only_ahead or (self.offered.takes_ahead and "ahead" in self.request.GET):
            return initial | {"mode": Mode.AHEAD}
        ticked = invoice_ref and any(each.public_id == invoice_ref for each in self.offered.invoices)
        if ticked or not self.offered.outstanding_minor:
            only = [each.public_id for each in self.offered.invoices][:1]
            refs = [invoice_ref] if ticked else only
            return initial | {"mode": Mode.INVOICES, **{pay_forms.PICK + ref: True for ref in refs}}
        return initial | {"mode": Mode.OUTSTANDING}

    def _changes(self) -> str:
        """The scheduled payment that is being changed; the address of step 1 says which."""
        before = kept.read_order(self.request.GET.get("kept", ""), subject=self.subject)
        return before.changes if before is not None else ""

    def _again(self, payment_ref: str) -> KeptOrder:
        """What a payment that did not go through was for, to pay it another way."""
        payment = payment_queries.get(actor=self.actor, public_id=payment_ref)
        shares = payment_queries.list_shares(actor=self.actor, payment_ids=[payment.id])[payment.id]
        if not shares:
            return KeptOrder("", Mode.AHEAD, (("", payment.amount_minor),))
        return KeptOrder("", Mode.INVOICES, tuple((s.invoice_public_id, s.amount_minor) for s in shares))


class VerifyStep(OrderView):
    """Step 2, Verify Payment; and Submit Payment."""

    step = "portal-pay-verify"

    def get(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Show what it comes to. Somebody who comes Back after paying is led to the payment."""
        self.demand_payable()
        order = self.kept_order()
        if order is None:
            return HttpResponseRedirect(self.start_url)
        before = payment_queries.find_by_key(biller_id=self.biller.id, scope_name=SCOPE, key=self.key(order))
        if before is not None:
            return self._paid(order, before[1], "")
        return self._verify(order)

    def post(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Submit; or go back with everything kept; or keep what becomes of a scheduled payment."""
        self.demand_payable()
        order = self.kept_order()
        if order is None:
            return HttpResponseRedirect(self.start_url)
        step = self.request.POST.get("step", "")
        if step == "change":
            return self.make_changes(order)
        if step in {"keep", "cancel"}:
            return self.answer(order)
        return self._submit(order)

    def _submit(self, order: KeptOrder) -> HttpResponse:
        submission = Submission(
            order=self.order(order),
            scope=SCOPE,
            key=self.key(order),
            seen=self.request.POST.get("seen", ""),
        )
        try:
            ref = submit.run(actor=self.actor, now=self.now, submission=submission)
        except (errors.Invalid, errors.Stale) as refusal:
            return self._verify(order, refusal=refusal)
        return self._paid(order, ref, "?step=3")

    def _paid(self, order: KeptOrder, ref: str, query: str) -> HttpResponse:
        """Lead to the payment; cancel what it stands for, once it is through (again, where that broke off)."""
        replacing.run(self.request, now=self.now, cancels=order.cancels, payment_ref=ref)
        return HttpResponseRedirect(f"{reverse('portal-payment', args=[ref])}{query}")

    def _verify(self, order: KeptOrder, *, refusal: errors.Refused | None = None) -> HttpResponse:
        """Draw step 2 as it is now; where it cannot be any more, step 1 with the reason beside the field."""
        try:
            review = prepare.run(actor=self.actor, now=self.now, order=self.order(order))
        except (errors.Invalid, errors.Stale) as new_refusal:
            return self.refuse(order, new_refusal)
        found = replacing.list_set(self.actor, [share.invoice_public_id for share in review.quote.shares])
        if found and not order.is_answered:
            return self.ask(found)
        values = {
            "review": review,
            "quote": review.quote,
            "others": self._others(review),
            "balance": self.balance,
            "message": refusal.message if refusal else "",
            "canceled": self.canceled(order) if order.cancels else (),
            "leave_url": leave_url([self.balance]),
        }
        return self.page("portal/pay/verify.html", values, biller=self.biller)

    def _others(self, review: Review) -> str:
        names = [name or _("Somebody") for name in dict.fromkeys(review.others)]
        return _(" and ").join(names)
