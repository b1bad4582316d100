"""What a helper sees and does for somebody: what is owed, and paying within the access. Every act is labeled."""

from __future__ import annotations

import functools
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from counterfoil.billers import fees, queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors, tokens
from counterfoil.flows.payments import helping as payment_helping
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.sharing import act
from counterfoil.flows.sharing.act import StandIn
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods import queries as method_queries
from counterfoil.payers import permissions
from counterfoil.payments import balances, queries as payment_queries
from counterfoil.payments.balances import Balance
from counterfoil.portal import choosable, detour, kept
from counterfoil.portal.choosable import Choosable
from counterfoil.portal.forms import pay as pay_forms
from counterfoil.portal.forms.pay import Offered, SelectMethod
from counterfoil.portal.kept import KeptOrder
from counterfoil.portal.views.sharing import SharingView

PURPOSE = "help"
MOST_LISTED = 100


class HelpingView(SharingView):
    """What the pages of a helper share: in whose place, what is owed there, and what is left of the access."""

    @functools.cached_property
    def stand_in(self) -> StandIn:
        """The helper in the payer's place."""
        return act.step_in(actor=self.actor, now=self.now, ref=self.kwargs["ref"])

    @property
    def biller(self) -> BillerRow:
        """Who is owed."""
        return self.biller_of(self.stand_in.helper.biller_id)

    @functools.cached_property
    def balance(self) -> Balance:
        """What the payer owes on the account."""
        helper = self.stand_in.helper
        found = balances.list_for(actor=self.stand_in.actor, payer_ids=[helper.payer_id])
        for balance in found:
            if balance.account_id == helper.account_id:
                return balance
        raise errors.NotFound("account")

    @functools.cached_property
    def invoices(self) -> list[InvoiceRow]:
        """The open invoices of the account, as the payer owes them."""
        helper = self.stand_in.helper
        return invoice_queries.list_open(
            actor=self.stand_in.actor, payer_id=helper.payer_id, account_id=helper.account_id
        )

    @property
    def can_pay(self) -> bool:
        """Tell whether there is anything to pay, and anything left of the access to pay it."""
        takes = self.biller.payments.gateway_on and bool(self.biller.kinds)
        return bool(self.stand_in.helping.left_minor and self.balance.outstanding_minor and takes)

    @property
    def here(self) -> str:
        """The address of the helper's page."""
        return reverse("portal-helping", args=[self.stand_in.helper.public_id])


class HelpingPage(HelpingView):
    """What is owed, what may be paid, and what was paid under the access."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it."""
        helper = self.stand_in.helper
        lines = {
            row.id: invoice_queries.list_lines(actor=self.stand_in.actor, invoice_id=row.id)
            for row in (self.invoices if helper.sees_lines else ())
        }
        values = {
            "helper": helper,
            "balance": self.balance,
            "invoices": [(row, lines.get(row.id, ())) for row in self.invoices],
            "biller_today": biller_queries.today(biller=self.biller, now=self.now),
            "rest_minor": max(0, (helper.total_minor or 0) - self.stand_in.helping.used_minor),
            "used_minor": self.stand_in.helping.used_minor,
            "can_pay": self.can_pay,
            "payments": payment_queries.list_scope(
                actor=self.stand_in.actor,
                biller_id=helper.biller_id,
                scope_name=payment_helping.scope_of(helper.public_id),
            ),
        }
        return self.page("portal/sharing/helping.html", values, biller=self.biller)


class HelpingPayView(HelpingView):
    """What the steps of a helper's payment share."""

    @functools.cached_property
    def can_use(self) -> Choosable:
        """What may be paid with, and which cards have expired: the method that was named, or the helper's own."""
        helper, actor = self.stand_in.helper, self.stand_in.actor
        if helper.method_ref is not None:
            found = method_queries.list_by_refs(actor=actor, refs=[helper.method_ref])
            found = [method for method in found if method.can_pay]
        else:
            found = method_queries.list_for(
                actor=actor, payer_ids=[helper.helper_id], only_usable=True, account_id=helper.account_id
            )
        today = biller_queries.today(biller=self.biller, now=self.now)
        return choosable.split(found, on=today)

    @property
    def own_payer_ref(self) -> str:
        """The payer that the helper is at this biller."""
        return next(p.public_id for p in self.payers if p.id == self.stand_in.helper.helper_id)

    @property
    def may_save(self) -> bool:
        """Tell whether the helper pays with own methods and may save or renew them."""
        helper = self.stand_in.helper
        may_add = self.actor.may_as_payer(permissions.SAVE_METHODS, payer_id=helper.helper_id)
        return helper.method_ref is None and may_add

    @functools.cached_property
    def offered(self) -> Offered:
        """What can be chosen in step 1; the whole balance only where the access covers it."""
        left = self.stand_in.helping.left_minor
        whole = self.balance.outstanding_minor
        return Offered(
            methods=self.can_use.methods,
            expired=self.can_use.expired,
            invoices=[row for row in self.invoices if row.payable_minor > 0][:MOST_LISTED],
            outstanding_minor=whole if whole <= left else 0,
            currency=self.biller.currency,
            takes_less=self.biller.portal.partial_payment_allowed,
            takes_more=False,
            fees=fees.by_kind(biller=self.biller),
        )

    @property
    def subject(self) -> str:
        """For whom signed marks of this window are good: this login, this access."""
        return f"{self.actor.ref}:{self.stand_in.helper.public_id}"

    @property
    def start_url(self) -> str:
        """The address of step 1."""
        return reverse("portal-helping-pay", args=[self.stand_in.helper.public_id])

    def order(self, order: KeptOrder) -> PayOrder:
        """Return what was chosen as an order: of the payer's where the method is, else of the helper's own payer."""
        helper = self.stand_in.helper
        return PayOrder(
            payer_id=helper.payer_id if helper.method_ref else helper.helper_id,
            account_id=helper.account_id,
            method_ref=order.method_ref,
            mode=order.mode,
            amounts=order.amounts,
            locale=get_language() or "en",
        )

    def kept_url(self, order: KeptOrder) -> str:
        """The address of step 1 with everything kept."""
        plain = replace(order, key="")
        return f"{self.start_url}?{urlencode({'kept': plain.text(subject=self.subject)})}"

    def select(self, form: SelectMethod, *, action: str = "") -> HttpResponse:
        """Draw step 1; `action` is where it is sent when it is drawn at another address than its own."""
        values = {
            "form": form,
            "action": action,
            "offered": self.offered,
            "expired": self.offered.expired,
            "can_renew": self.may_save,
            "helper": self.stand_in.helper,
            "left_minor": self.stand_in.helping.left_minor,
            "here": self.here,
            "adds_bank": self.may_save and "bank" in self.biller.kinds,
            "adds_card": self.may_save and "card" in self.biller.kinds,
        }
        return self.page("portal/sharing/helping_select.html", values, biller=self.biller)


class SelectStep(HelpingPayView):
    """Step 1, Select Method."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Open it anew, or with what was kept."""
        if not self.can_pay:
            return HttpResponseRedirect(self.here)
        before = kept.read_order(self.request.GET.get("kept", ""), subject=self.subject)
        methods = self.can_use.methods
        first = methods[0].public_id if methods else ""
        initial = {
            "mode": Mode.OUTSTANDING if self.offered.outstanding_minor else Mode.INVOICES,
            "method": first,
        }
        if before is not None:
            initial |= pay_forms.posted(before)
            # One that was just saved or renewed is chosen; none was, where there was none yet.
            initial["method"] = self.request.GET.get("method") or before.method_ref or first
        return self.select(SelectMethod(offered=self.offered, initial=initial))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Go on to Verify Payment; or to adding a method, with everything kept."""
        if not self.can_pay:
            return HttpResponseRedirect(self.here)
        form = SelectMethod(self.request.POST, offered=self.offered)
        is_valid = form.is_valid()
        away = self._away(form, self.request.POST.get("add", ""))
        if away:
            return HttpResponseRedirect(away)
        if not is_valid:
            return self.select(form)
        order = form.kept(key=tokens.form_key(purpose=PURPOSE, subject=self.subject, issued_at=self.now))
        try:
            act.review(stand_in=self.stand_in, now=self.now, order=self.order(order))
        except errors.Refused as refusal:
            form.refuse(refusal)
            return self.select(form)
        query = urlencode({"order": order.text(subject=self.subject)})
        return HttpResponseRedirect(f"{reverse('portal-helping-verify', args=[ref])}?{query}")

    def _away(self, form: SelectMethod, asked: str) -> str:
        """Return where adding or renewing a method is, with the way back; empty when that is not asked."""
        if not (asked and self.may_save):
            return ""
        return detour.url_asked(
            asked,
            payer_ref=self.own_payer_ref,
            renewable=tuple(method.public_id for method in self.can_use.expired),
            back=self.kept_url(form.kept()),
        )


class VerifyStep(HelpingPayView):
    """Step 2, Verify Payment; and Submit Payment."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show what it comes to. Who comes Back after paying is led to the payment."""
        order = self._order()
        if order is None:
            return HttpResponseRedirect(self.start_url)
        before = payment_queries.find_by_key(
            biller_id=self.biller.id,
            scope_name=payment_helping.scope_of(self.stand_in.helper.public_id),
            key=self._key(order),
        )
        return self._done(before[1]) if before is not None else self._verify(order)

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Submit, or go back with everything kept."""
        order = self._order()
        if order is None:
            return HttpResponseRedirect(self.start_url)
        if self.request.POST.get("step") == "change":
            return HttpResponseRedirect(self.kept_url(order))
        try:
            paid = act.pay(
                stand_in=self.stand_in,
                now=self.now,
                order=self.order(order),
                key=self._key(order),
                seen=self.request.POST.get("seen", ""),
            )
        except errors.Refused as refusal:
            return self._verify(order, message=refusal.message)
        return self._done(paid)

    def _verify(self, order: KeptOrder, *, message: str = "") -> HttpResponse:
        try:
            review = act.review(stand_in=self.stand_in, now=self.now, order=self.order(order))
        except errors.Refused as refusal:
            form = SelectMethod(pay_forms.posted(order), offered=self.offered)
            form.is_valid()
            form.refuse(refusal)
            return self.select(form, action=self.kept_url(order))
        values = {
            "quote": review.quote,
            "recent": review.recent,
            "helper": self.stand_in.helper,
            "label": act.label(self.stand_in.helper),
            "here": self.here,
            "message": message,
        }
        return self.page("portal/sharing/helping_verify.html", values, biller=self.biller)

    def _done(self, payment_ref: str) -> HttpResponse:
        where = [self.stand_in.helper.public_id, payment_ref]
        return HttpResponseRedirect(reverse("portal-helping-payment", args=where))

    def _order(self) -> KeptOrder | None:
        order = kept.read_order(self.request.GET.get("order", ""), subject=self.subject)
        return order if order is not None and order.key else None

    def _key(self, order: KeptOrder) -> str:
        return tokens.read_form_key(order.key, purpose=PURPOSE, subject=self.subject).key


class PaymentDone(HelpingView):
    """What became of a helper's payment. One with the helper's own method has its own page under Payments."""

    def get(self, request: HttpRequest, ref: str, payment_ref: str) -> HttpResponse:
        """Show it."""
        payment = payment_queries.get(actor=self.stand_in.actor, public_id=payment_ref)
        helper = self.stand_in.helper
        if payment.payer_id == helper.helper_id:
            return HttpResponseRedirect(f"{reverse('portal-payment', args=[payment_ref])}?step=3")
        # Of the payer's other payments a helper knows nothing.
        scope = payment_helping.scope_of(helper.public_id)
        mine = payment_queries.list_scope(
            actor=self.stand_in.actor, biller_id=helper.biller_id, scope_name=scope
        )
        if payment.id not in {row.id for row in mine}:
            raise errors.NotFound("payment")
        values = {"payment": payment, "helper": helper, "here": self.here}
        return self.page("portal/sharing/helping_payment.html", values, biller=self.biller)
