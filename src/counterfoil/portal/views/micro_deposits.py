"""Typing in the two small amounts that confirm a bank account; or paying with another method instead (NA-08)."""

from __future__ import annotations

import functools

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from counterfoil.core import errors
from counterfoil.flows.methods import validate
from counterfoil.flows.payments import give_up
from counterfoil.gateways import micro_deposits
from counterfoil.methods import queries as method_queries, states
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.queries import PaymentRow
from counterfoil.portal.forms.micro_deposits import Amounts
from counterfoil.portal.views.base import BillingView
from counterfoil.portal.views.methods import shown
from counterfoil.portal.views.payments import PaymentView


class ConfirmAmounts(BillingView):
    """Two fields and a button; what waits for the account is sent by itself once they match."""

    tab = "methods"

    @functools.cached_property
    def method(self) -> MethodRow:
        """The bank account of the address.

        :raises errors.NotFound: none that this login may change, or deleted.
        """
        found = method_queries.get(actor=self.actor, public_id=self.kwargs["ref"])
        if found.status == states.DELETED or found.payer_id not in self.payer_ids(permissions.SAVE_METHODS):
            raise errors.NotFound("method")
        return found

    @functools.cached_property
    def payment(self) -> PaymentRow | None:
        """The payment from which somebody came here, where it is this method's."""
        ref = self.request.GET.get("payment", "")
        if not ref:
            return None
        found = payment_queries.get(actor=self.actor, public_id=ref)
        is_its = (
            payment_queries.find_method_ref(actor=self.actor, payment_id=found.id) == self.method.public_id
        )
        return found if is_its else None

    @property
    def back_url(self) -> str:
        """Where the window closes to."""
        if self.payment is None:
            return reverse("portal-methods")
        return reverse("portal-payment", args=[self.payment.public_id])

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show the fields; an account that is confirmed, or never will be, says so."""
        if self.method.validation in {states.PASSED, states.NOT_NEEDED}:
            return self._confirmed()
        return self._window(Amounts())

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Compare them."""
        form = Amounts(self.request.POST)
        if not form.is_valid():
            return self._window(form)
        try:
            answer = validate.run(actor=self.actor, now=self.now, ref=ref, amounts=form.amounts)
        except errors.Invalid as refusal:
            form.refuse(refusal)
            return self._window(form)
        except errors.Refused as refusal:
            return self._window(form, message=refusal.message)
        return self._answered(form, answer)

    def _answered(self, form: Amounts, answer: micro_deposits.DepositsAnswer) -> HttpResponse:
        match answer:
            case micro_deposits.Matched():
                return self._confirmed()
            case micro_deposits.Mismatched(tries_left=left):
                words = ngettext(
                    "These amounts do not match. You can try %(count)s more time.",
                    "These amounts do not match. You can try %(count)s more times.",
                    left,
                )
                form.add_error(None, words % {"count": left})
                return self._window(form)
            case micro_deposits.NotArrived():
                return self._window(
                    form, message=_("The two amounts are still on their way. Look at your account tomorrow.")
                )
            case micro_deposits.Locked():
                return HttpResponseRedirect(self.request.get_full_path())

    def _confirmed(self) -> HttpResponse:
        messages.success(self.request, _("Your bank account is confirmed."))
        return HttpResponseRedirect(self.back_url)

    def _window(self, form: Amounts, *, message: str = "") -> HttpResponse:
        method = method_queries.get(actor=self.actor, public_id=self.method.public_id)
        values = {
            "form": form,
            "shown": shown(method),
            "message": message,
            "payment": self.payment,
            "is_locked": method.validation == states.FAILED,
            "back_url": self.back_url,
        }
        biller = self.billers[method.biller_id]
        return self.page("portal/methods/amounts.html", values, biller=biller)


class PayInstead(PaymentView):
    """**Pay with another method**: the payment that waits is canceled, and Make a Payment opens for the same."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show the payment; nothing is canceled by opening an address."""
        return HttpResponseRedirect(reverse("portal-payment", args=[self.payment.public_id]))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Cancel it, then go on paying; one that was sent meanwhile is shown as it is."""
        payer = self.payer(payer_id=self.payment.payer_id)
        is_canceled = give_up.run(actor=self.actor, now=self.now, payment_ref=ref)
        again = self._again_url(payer) if is_canceled else ""
        return HttpResponseRedirect(again or reverse("portal-payment", args=[ref]))
