"""Step 2 of a payment on a later date: the review, and Schedule Payment; or Save Changes of one that is set."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from counterfoil.core import errors
from counterfoil.flows.schedules import change, review, schedule_payment
from counterfoil.portal import replacing
from counterfoil.portal.kept import KeptOrder
from counterfoil.portal.views.paying import OrderView, leave_url
from counterfoil.schedules import queries as schedule_queries


class VerifyLaterStep(OrderView):
    """Step 2 where *Pay on a later date* was chosen."""

    step = "portal-pay-later"

    def get(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Show what it comes to and when. Somebody who comes Back is led to what was set."""
        self.demand_payable()
        order = self.kept_order()
        if order is None or not order.pay_on:
            return HttpResponseRedirect(self.start_url)
        before = schedule_queries.find_by_key(
            biller_id=self.biller.id, key=f"{self.payer_row.id}:{self.key(order)}"
        )
        if before is not None:
            return HttpResponseRedirect(reverse("portal-scheduled", args=[before[0]]))
        return self._verify(order)

    def post(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Set it for its day; or go back with everything kept; or keep what becomes of what is set already."""
        self.demand_payable()
        order = self.kept_order()
        if order is None or not order.pay_on:
            return HttpResponseRedirect(self.start_url)
        step = self.request.POST.get("step", "")
        if step == "change":
            return self.make_changes(order)
        if step in {"keep", "cancel"}:
            return self.answer(order)
        return self._schedule(order)

    def _schedule(self, order: KeptOrder) -> HttpResponse:
        seen = self.request.POST.get("seen", "")
        try:
            if order.changes:
                change.run(
                    actor=self.actor, now=self.now, ref=order.changes, order=self.order(order),
                    on=date.fromisoformat(order.pay_on), seen=seen,
                )  # fmt: skip
                ref = order.changes
            else:
                ref = schedule_payment.run(
                    actor=self.actor, now=self.now, order=self.order(order),
                    on=date.fromisoformat(order.pay_on), key=self.key(order), seen=seen,
                )  # fmt: skip
        except (errors.Invalid, errors.Stale) as refusal:
            return self._verify(order, refusal=refusal)
        replacing.run(self.request, now=self.now, cancels=order.cancels)
        return HttpResponseRedirect(f"{reverse('portal-scheduled', args=[ref])}?step=3")

    def _verify(self, order: KeptOrder, *, refusal: errors.Refused | None = None) -> HttpResponse:
        try:
            made = review.run(
                actor=self.actor, now=self.now, order=self.order(order),
                on=date.fromisoformat(order.pay_on), replaces=order.changes,
            )  # fmt: skip
        except (errors.Invalid, errors.Stale) as new_refusal:
            return self.refuse(order, new_refusal)
        if made.others and not order.is_answered:
            return self.ask(made.others)
        values = {
            "review": made,
            "quote": made.quote,
            "balance": self.balance,
            "message": refusal.message if refusal else "",
            "canceled": self.canceled(order) if order.cancels else (),
            "is_change": bool(order.changes),
            "leave_url": leave_url([self.balance]),
            "zone": self.biller.zone,
        }
        return self.page("portal/pay/verify_later.html", values, biller=self.biller)
