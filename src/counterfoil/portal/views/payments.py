"""The Payments tab, and the page each payment has: its third step, its timeline, its receipt."""

from __future__ import annotations

import functools
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.flows.payments import confirm
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.payments import queries as payment_queries, states
from counterfoil.payments.queries import PaymentRow, ShareRow, Wanted
from counterfoil.portal import pages, timeline
from counterfoil.portal.views.base import BillingView
from counterfoil.refunds import queries as refund_queries, states as refund_states
from counterfoil.refunds.queries import RefundRow
from counterfoil.schedules import queries as schedule_queries, states as schedule_states
from counterfoil.schedules.rows import ScheduledRow
from counterfoil.ui import refunds as refund_words, sheets, wording

COUNTED = 999
# The public words as filters; what a word means inside is told by the one public mapping.
SHOW: Final = {
    "all": (gettext_lazy("All"), None),
    "scheduled": (gettext_lazy("Scheduled"), frozenset[str]()),
    "pending": (gettext_lazy("On its way"), frozenset({"Pending", "Action needed"})),
    "paid": (gettext_lazy("Paid"), frozenset({"Paid"})),
    "unpaid": (
        gettext_lazy("Not paid"), frozenset({"Declined", "Returned", "Refunded", "Canceled", "Disputed"}),
    ),
}  # fmt: skip
LATER: Final = ("all", "scheduled")
STOP_POLLING = 286  # htmx swaps the answer in and asks no more


class PaymentList(BillingView):
    """Every payment, the newest first."""

    tab = "payments"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of them."""
        asked = self.request.GET.get("show", "all")
        show = asked if asked in SHOW else "all"
        wanted = Wanted(payer_ids=self.billing_ids, statuses=inner_statuses(show))
        after = payment_queries.read_cursor(self.request.GET.get("after", ""))
        page = payment_queries.list_wanted(actor=self.actor, wanted=wanted, after=after)
        count = payment_queries.count_wanted(actor=self.actor, wanted=wanted, at_most=COUNTED)
        here = f"{reverse('portal-payments')}?{urlencode({'show': show})}"
        values = {
            "show": show,
            "filters": [(key, label) for key, (label, _words) in SHOW.items()],
            "later": self._later() if show in LATER and not after else [],
            "rows": self.with_refunds(page.rows),
            "several_billers": len(self.billers) > 1,
            "count": count,
            "is_cut": count > COUNTED,
            "newest_url": here if after else "",
            "older_url": f"{here}&{urlencode({'after': str(page.next)})}" if page.next else "",
        }
        return self.page("portal/payments/list.html", values)

    def _later(self) -> list[tuple[ScheduledRow, bool]]:
        """What is set for later, and whether each can still be canceled."""
        rows = schedule_queries.list_scheduled(actor=self.actor, payer_ids=self.billing_ids)
        return [(row, row.can_change(self.now) and self.may_cancel(row)) for row in rows]


class PaymentView(BillingView):
    """What the pages of one payment share."""

    tab = "payments"

    @functools.cached_property
    def payment(self) -> PaymentRow:
        """The payment of the address."""
        found = payment_queries.get(actor=self.actor, public_id=self.kwargs["ref"])
        self.payer(payer_id=found.payer_id)
        return found

    @property
    def biller(self) -> BillerRow:
        """To whom it was paid."""
        return self.billers[self.payment.biller_id]

    @functools.cached_property
    def shares(self) -> list[ShareRow]:
        """What it pays."""
        return payment_queries.list_shares(actor=self.actor, payment_ids=[self.payment.id])[self.payment.id]

    @functools.cached_property
    def refunds(self) -> list[RefundRow]:
        """What went back of it, or was to."""
        return refund_queries.list_of(actor=self.actor, payment_ids=[self.payment.id])[self.payment.id]

    def state(self) -> dict[str, object]:
        """Return what the part of the page that changes by itself shows."""
        today = biller_queries.today(biller=self.biller, now=self.now)
        page = pages.page_of(self.payment.status)
        events = payment_queries.list_events(actor=self.actor, payment_id=self.payment.id)
        payer, retry = self.payer(payer_id=self.payment.payer_id), self._retry()
        is_here = self.payment.origin in {"portal", "link"}
        is_mailed = page.is_good and is_here and self.biller.payments.receipt_by_email
        return {
            "payment": self.payment,
            "shares": self.shares,
            "seen_ids": self._seen_ids(),
            "state": page,
            "telling": wording.of(self.payment, today=today, refunds=self.refunds),
            "refund_parts": refund_words.parts(self.refunds, reference=today),
            "banks_note": self._banks_note(today),
            "left_over_minor": self._left_over_minor(),
            "kept_fee_minor": self.payment.fee_minor - self.payment.refunded_fee_minor,
            "is_paid": self.payment.status in states.PAID,
            "steps": timeline.of(
                self.payment,
                events,
                zone=self.biller.zone,
                today=today,
                refunds=self.refunds,
                planned=self._planned(),
                retry=retry,
            ),
            "retry": retry,
            "emailed_to": payer.email if is_mailed else "",
            "again_url": self._again_url(payer) if page.can_retry and self.payment.origin != "helper" else "",
            "validate_url": self._validate_url() if page.is_waiting else "",
            "is_step": self.request.GET.get("step") == "3",
            "problem_url": self._problem_url(),
        }

    def _left_over_minor(self) -> int:
        """What of a payment that is Paid neither a bill nor a refund has: credit for the next bill."""
        if self.payment.status not in states.PAID:
            return 0
        pays = sum(share.amount_minor for share in self.shares if not share.is_released)
        return self.payment.amount_minor - self.payment.refunded_minor - pays

    def _banks_note(self, today: date) -> str:
        """Say that banks take their time, where a refund left so lately that it may not be seen yet."""
        left = [row.refunded_on for row in self.refunds if row.status == refund_states.REFUNDED]
        is_new = any(day and (today - day).days <= refund_words.BANKS_TAKE for day in left)
        return refund_words.banks_note(self.payment) if is_new else ""

    def _seen_ids(self) -> set[int]:
        """Those of the invoices it pays that can be opened: a shared one not any more once the share has ended."""
        ids = [share.invoice_id for share in self.shares]
        return {row.id for row in invoice_queries.list_by_ids(actor=self.actor, invoice_ids=ids)}

    def _validate_url(self) -> str:
        """The address at which two small amounts are typed in; none where that is not allowed."""
        if self.payment.payer_id not in self.payer_ids(permissions.SAVE_METHODS):
            return ""
        ref = payment_queries.find_method_ref(actor=self.actor, payment_id=self.payment.id)
        url = reverse("portal-method-amounts", args=[ref])
        return f"{url}?{urlencode({'payment': self.payment.public_id})}"

    def _again_url(self, payer: PayerRow) -> str:
        """The address that opens Make a Payment for the same; none where that is not allowed."""
        may = self.actor.may_as_payer(permissions.PAY, payer_id=payer.id)
        if not may or not self.payable_kinds(payer.biller_id):
            return ""
        url = reverse("portal-pay", args=[payer.public_id, self._account().public_id])
        return f"{url}?{urlencode({'again': self.payment.public_id})}"

    def _planned(self) -> ScheduledRow | None:
        """What it was scheduled as, where it was set for later or by autopay."""
        if self.payment.origin not in schedule_states.PLANNED:
            return None
        return schedule_queries.find_by_payment(actor=self.actor, payment_id=self.payment.id)

    def _retry(self) -> ScheduledRow | None:
        """What will try it again by itself, where something will."""
        if (
            self.payment.origin not in schedule_states.PLANNED
            or not pages.page_of(self.payment.status).can_retry
        ):
            return None
        rows = schedule_queries.list_scheduled(actor=self.actor, payer_ids=[self.payment.payer_id])
        return next((row for row in rows if row.retry_of_id == self.payment.id), None)

    def _problem_url(self) -> str:
        """The address at which a problem with it is reported; none where asking is not allowed."""
        if not self.actor.may_as_payer(permissions.ASK, payer_id=self.payment.payer_id):
            return ""
        return reverse("portal-payment-problem", args=[self.payment.public_id])

    def _account(self) -> AccountRow:
        return payer_queries.list_accounts_by_ids(actor=self.actor, account_ids=[self.payment.account_id])[0]


class PaymentPage(PaymentView):
    """One address for each payment, whatever becomes of it."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it."""
        return self.page("portal/payments/payment.html", self.state(), biller=self.biller)


class PaymentState(PaymentView):
    """The part of the page that waits for an outcome; asked for every two seconds."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Answer nothing new, or the outcome with the rest of the page."""
        values = self.state()
        if pages.page_of(self.payment.status).is_awaited:
            return HttpResponse(status=204)
        return self.page("portal/payments/state.html", values, biller=self.biller, status=STOP_POLLING)


class ConfirmPayment(PaymentView):
    """Back from the bank's page, or **Check again**: ask what became of it. Asking is all this does."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Ask, then show the payment."""
        confirm.run(actor=self.actor, now=self.now, payment_ref=ref)
        return HttpResponseRedirect(f"{reverse('portal-payment', args=[ref])}?step=3")

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Do the same for the button."""
        return self.get(request, ref)


class Receipt(PaymentView):
    """Download Receipt: with the status of this day."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Send the PDF."""
        shares = self.shares
        invoices = invoice_queries.list_by_ids(
            actor=self.actor, invoice_ids=[share.invoice_id for share in shares]
        )
        content = sheets.receipt(
            biller=self.biller,
            payment=self.payment,
            shares=shares,
            invoices={invoice.id: invoice for invoice in invoices},
            refunds=self.refunds,
            now=self.now,
        )
        return sheets.answer(content, name=f"receipt-{self.payment.number}.pdf")


def inner_statuses(show: str) -> list[str] | None:
    """Return the inner statuses that a filter lets through; None for all of them."""
    words = SHOW[show][1]
    return None if words is None else [inner for inner, word in states.PUBLIC.items() if word in words]
