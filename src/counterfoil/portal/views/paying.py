"""What the steps of Make a Payment share: for whom, from whom, what can be chosen; and leaving the window."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from counterfoil.billers import fees, queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors, tokens
from counterfoil.flows.methods import wallet
from counterfoil.flows.payments import prepare
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.schedules import days
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods import queries as method_queries
from counterfoil.payers import permissions
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import balances
from counterfoil.payments.balances import Balance
from counterfoil.portal import choosable, kept, replacing
from counterfoil.portal.forms import pay as pay_forms
from counterfoil.portal.forms.pay import Offered, SelectMethod
from counterfoil.portal.kept import KeptOrder
from counterfoil.portal.views.base import BillingView
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import ScheduledRow

PURPOSE = "pay"
SCOPE = "form"
# What is ticked travels in an address; servers refuse lines above 8 kB, and forms of a thousand fields.
MOST_LISTED = 250


def leave_url(left: Iterable[Balance]) -> str:
    """Return where closing the window leads: it gives the claims on these accounts up."""
    query = urlencode([("account", balance.account_ref) for balance in left])
    return f"{reverse('portal-pay-leave')}?{query}"


class PayView(BillingView):
    """What the steps share: for whom, from whom, and what can be chosen."""

    tab = "invoices"

    @functools.cached_property
    def payer_row(self) -> PayerRow:
        """The payer in whose name this payment is made."""
        return self.payer_by_ref(self.kwargs["payer_ref"], permission=permissions.PAY)

    @functools.cached_property
    def balance(self) -> Balance:
        """What is owed on the account of the address."""
        found = balances.list_for(actor=self.actor, payer_ids=[self.payer_row.id], billers=self.billers)
        for balance in found:
            if balance.account_ref == self.kwargs["account_ref"]:
                return balance
        raise errors.NotFound("account")

    @property
    def biller(self) -> BillerRow:
        """Who is owed."""
        return self.billers[self.payer_row.biller_id]

    @functools.cached_property
    def offered(self) -> Offered:
        """What can be chosen in step 1."""
        found = invoice_queries.list_open(
            actor=self.actor, payer_id=self.payer_row.id, account_id=self.balance.account_id
        )
        payable = [invoice for invoice in found if invoice.payable_minor > 0]
        takes_more = self.biller.portal.prepayment_allowed
        listed = self._listed(payable)
        saved = method_queries.list_for(
            actor=self.actor,
            payer_ids=[self.payer_row.id],
            only_usable=True,
            account_id=self.balance.account_id,
        )
        can_use = choosable.split(saved, on=biller_queries.today(biller=self.biller, now=self.now))
        return Offered(
            methods=can_use.methods,
            expired=can_use.expired,
            invoices=listed,
            outstanding_minor=self.balance.outstanding_minor,
            currency=self.biller.currency,
            takes_less=self.biller.portal.partial_payment_allowed,
            takes_more=takes_more,
            takes_ahead=takes_more and not self.balance.outstanding_minor,
            is_cut=len(listed) < len(payable),
            later_from=days.first(biller=self.biller, now=self.now) if self.takes_later else None,
            later_until=days.last(biller=self.biller, now=self.now) if self.takes_later else None,
            fees=self._fees,
            takes_wallet=wallet.KIND in self.payable_kinds(self.biller.id),
        )

    @property
    def _fees(self) -> dict[str, int]:
        """What each kind of method costs; nothing where one payment of autopay is being changed (FE-06)."""
        query = self.request.GET
        order = kept.read_order(query.get("kept", "") or query.get("order", ""), subject=self.subject)
        if order is not None and order.changes:
            before = schedule_queries.get_scheduled(actor=self.actor, public_id=order.changes)
            if before.enrollment_ref:
                return {}
        return fees.by_kind(biller=self.biller)

    @property
    def takes_later(self) -> bool:
        """Tell whether *Pay on a later date* is offered: the biller's setting, and the user profile."""
        return self.biller.portal.schedule_payment and self.may_schedule

    @property
    def may_schedule(self) -> bool:
        """Tell whether the user profile allows autopay and schedules."""
        return self.actor.may_as_payer(permissions.AUTOPAY, payer_id=self.payer_row.id)

    def offered_for(self, mode: str) -> Offered:
        """Return what can be chosen by somebody who wanted to pay in this way.

        Who meant to pay what is owed, and finds it paid, is told so, not asked to pay ahead instead.
        """
        meant_ahead = mode == Mode.AHEAD or not self.offered.is_only_ahead
        return self.offered if meant_ahead else replace(self.offered, takes_ahead=False)

    def _listed(self, payable: Sequence[InvoiceRow]) -> list[InvoiceRow]:
        """The oldest due, and the one that was asked for; the others are paid with the Outstanding Balance."""
        asked = self.request.GET.get("invoice", "")
        return [row for at, row in enumerate(payable) if at < MOST_LISTED or row.public_id == asked]

    @property
    def subject(self) -> str:
        """For whom signed marks of this window are good: this login, this payer, this account."""
        return f"{self.actor.ref}:{self.payer_row.public_id}:{self.balance.account_ref}"

    @property
    def start_url(self) -> str:
        """The address of step 1."""
        return reverse("portal-pay", args=[self.payer_row.public_id, self.balance.account_ref])

    def order(self, order: KeptOrder) -> PayOrder:
        """Return what was chosen as an order.

        :raises errors.Invalid: PayPal cannot be reached.
        """
        return PayOrder(
            payer_id=self.payer_row.id,
            account_id=self.balance.account_id,
            method_ref=self._method_ref(order.method_ref),
            mode=order.mode,
            amounts=order.amounts,
            locale=get_language() or "en",
        )

    def _method_ref(self, ref: str) -> str:
        """The method that was chosen; for PayPal without saving it, one that is never offered."""
        if ref != pay_forms.ONCE:
            return ref
        try:
            return wallet.once(actor=self.actor, now=self.now, payer_id=self.payer_row.id)
        except errors.Refused as refusal:
            raise errors.Invalid(refusal.message, field="method") from refusal

    def select(self, form: SelectMethod, *, message: str = "", action: str = "") -> HttpResponse:
        """Draw step 1; `action` is where it is sent when it is drawn at another address than its own."""
        today = biller_queries.today(biller=self.biller, now=self.now)
        kinds = self.payable_kinds(self.biller.id)
        can_add = self.actor.may_as_payer(permissions.SAVE_METHODS, payer_id=self.payer_row.id)
        values = {
            "form": form,
            "offered": form.offered,
            "most_listed": MOST_LISTED,
            "balance": self.balance,
            "biller_name": self.biller.name,
            "pay_on": today,
            "message": message,
            "action": action,
            "expired": form.offered.expired,
            "can_renew": can_add,
            "adds_bank": can_add and "bank" in kinds,
            "adds_card": can_add and "card" in kinds,
            "adds_wallet": can_add and wallet.KIND in kinds,
        }
        return self.page("portal/pay/select.html", values, biller=self.biller)

    def demand_payable(self) -> None:
        """Refuse where no payment can be made.

        :raises errors.NotFound: this biller takes no payments here.
        """
        if not self.payable_kinds(self.biller.id):
            raise errors.NotFound("no payments")


class OrderView(PayView):
    """A step after the first: it works on what step 1 was told, and never loses it."""

    step = ""

    def kept_order(self) -> KeptOrder | None:
        """Return what the address carries; None leads to the beginning."""
        order = kept.read_order(self.request.GET.get("order", ""), subject=self.subject)
        return order if order is not None and order.key else None

    def key(self, order: KeptOrder) -> str:
        """Return the key of this intent, which two clicks share."""
        return tokens.read_form_key(order.key, purpose=PURPOSE, subject=self.subject).key

    def make_changes(self, order: KeptOrder) -> HttpResponse:
        """Go back to step 1 with everything kept."""
        prepare.leave(actor=self.actor, account_id=self.balance.account_id)
        return HttpResponseRedirect(self._kept_url(order))

    def refuse(self, order: KeptOrder, refusal: errors.Refused) -> HttpResponse:
        """Draw step 1 with the reason beside the field it is about."""
        form = SelectMethod(pay_forms.posted(order), offered=self.offered_for(order.mode))
        form.is_valid()
        form.refuse(refusal)
        return self.select(form, message=refusal.message, action=self._kept_url(order))

    def _kept_url(self, order: KeptOrder) -> str:
        """The address of step 1 with everything kept."""
        plain = replace(order, key="", is_answered=False, cancels=())
        return f"{self.start_url}?{urlencode({'kept': plain.text(subject=self.subject)})}"

    def ask(self, found: Sequence[ScheduledRow]) -> HttpResponse:
        """Ask what becomes of what is set for the same invoices already: one question, a page of its own."""
        stays = replacing.list_staying(self.actor, found, now=self.now)
        values = {
            "found": found,
            "cancels": [row for row in found if row not in stays],
            "stays": stays,
            "leave_url": leave_url([self.balance]),
        }
        return self.page("portal/pay/already.html", values, biller=self.biller)

    def answer(self, order: KeptOrder) -> HttpResponse:
        """Keep the answer, and go on with this step."""
        mine = schedule_queries.list_scheduled(
            actor=self.actor, payer_ids=[self.payer_row.id], account_id=self.balance.account_id
        )
        named = set(self.request.POST.getlist("ref")) if self.request.POST["step"] == "cancel" else set()
        cancels = tuple(row.public_id for row in mine if row.public_id in named)
        told = replace(order, is_answered=True, cancels=cancels)
        here = reverse(self.step, args=[self.payer_row.public_id, self.balance.account_ref])
        return HttpResponseRedirect(f"{here}?{urlencode({'order': told.text(subject=self.subject)})}")

    def canceled(self, order: KeptOrder) -> list[ScheduledRow]:
        """Return what the payer wants canceled, as far as it is still set."""
        mine = schedule_queries.list_scheduled(
            actor=self.actor, payer_ids=[self.payer_row.id], account_id=self.balance.account_id
        )
        return [row for row in mine if row.public_id in order.cancels]


class LeavePay(BillingView):
    """The window was closed or left: nobody is warned of it any more. Doing it twice does nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Give the claims up, and go back to the invoices."""
        self._leave()
        return HttpResponseRedirect(reverse("portal-invoices"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do the same for a page that is gone when the answer comes."""
        self._leave()
        return HttpResponse(status=204)

    def _leave(self) -> None:
        refs = set(self.request.GET.getlist("account"))
        for balance in balances.list_for(
            actor=self.actor, payer_ids=self.payer_ids(permissions.PAY), billers=self.billers
        ):
            if balance.account_ref in refs:
                prepare.leave(actor=self.actor, account_id=balance.account_id)
