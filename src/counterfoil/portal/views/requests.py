"""My Requests: what was asked about a bill or a payment, what staff answered, and asking."""

from __future__ import annotations

import abc
import functools
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.flows.requests import close, follow_up, open as open_request
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import permissions
from counterfoil.payments import queries as payment_queries
from counterfoil.portal.forms import requests as forms
from counterfoil.portal.views.base import BillingView, PortalView
from counterfoil.requests import queries as request_queries, topics
from counterfoil.requests.drafts import NewRequest
from counterfoil.requests.queries import RequestRow

COUNTED = 999


class RequestsView(PortalView):
    """A page of My Requests: not there for who may not ask."""

    def check(self) -> None:
        """Refuse a login whose user profiles do not allow asking.

        :raises errors.NotPermitted: none does.
        """
        if not self.asking_ids:
            raise errors.NotPermitted("no asking")

    @functools.cached_property
    def asking_ids(self) -> tuple[int, ...]:
        """The payers for whom this login may ask."""
        return self.payer_ids(permissions.ASK)


class RequestList(RequestsView):
    """Every request, those first where somebody wrote last."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of them."""
        after = request_queries.read_cursor(self.request.GET.get("after", ""))
        page = request_queries.list_page(actor=self.actor, payer_ids=self.asking_ids, after=after)
        count = request_queries.count(actor=self.actor, payer_ids=self.asking_ids, at_most=COUNTED)
        here = reverse("portal-requests")
        values = {
            "rows": page.rows,
            "several_billers": len(self.billers) > 1,
            "count": count,
            "is_cut": count > COUNTED,
            "newest_url": here if after else "",
            "older_url": f"{here}?{urlencode({'after': str(page.next)})}" if page.next else "",
        }
        return self.page("portal/requests/list.html", values)


class RequestView(RequestsView):
    """What the pages of one request share."""

    @functools.cached_property
    def row(self) -> RequestRow:
        """The request of the address.

        :raises errors.NotFound: none of this login.
        """
        found = request_queries.get(actor=self.actor, public_id=self.kwargs["ref"])
        if found.payer_id not in self.asking_ids:
            raise errors.NotFound("request")
        return found

    @property
    def here(self) -> str:
        """The address of its page."""
        return reverse("portal-request", args=[self.row.public_id])


class RequestPage(RequestView):
    """One request: what was written, and room to write again."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it."""
        return self._show(forms.Writing(initial={"key": forms.new_key()}))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Write again."""
        biller = self.billers[self.row.biller_id]
        form = forms.Writing(self.request.POST)
        if not form.is_valid():
            return self._show(form)
        values = form.cleaned_data
        try:
            follow_up.run(
                actor=self.actor, now=self.now, request_ref=ref, text=values["text"], key=values["key"]
            )
        except (errors.Invalid, errors.Stale) as refusal:
            form.refuse(refusal)
            return self._show(form)
        messages.success(self.request, _("Your message was sent to %(biller)s.") % {"biller": biller.name})
        return HttpResponseRedirect(self.here)

    def _show(self, form: forms.Writing) -> HttpResponse:
        sees = self.actor.may_as_payer(permissions.SEE_INVOICES, payer_id=self.row.payer_id)
        page = "portal-payment" if self.row.kind == topics.PAYMENT else "portal-invoice"
        values = {
            "row": self.row,
            "said": request_queries.list_messages(actor=self.actor, request_id=self.row.id),
            "subject_url": reverse(page, args=[self.row.subject_ref]) if sees else "",
            "form": form,
        }
        return self.page("portal/requests/request.html", values, biller=self.billers[self.row.biller_id])


class CloseRequest(RequestView):
    """The payer has what was needed."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Lead to the request: closing it is a button there."""
        return HttpResponseRedirect(self.here)

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Close it."""
        here = self.here
        close.run(actor=self.actor, now=self.now, request_ref=ref)
        messages.success(self.request, _("This request is closed."))
        return HttpResponseRedirect(here)


class AskView(BillingView, abc.ABC):
    """The window in which something is asked about a bill or a payment."""

    kind = topics.INVOICE
    template = "portal/requests/ask.html"

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Open it."""
        initial = {"key": forms.new_key()}
        return self._window(forms.Asking(initial=initial, kind=self.kind))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Send what was written."""
        biller = self.biller
        form = forms.Asking(self.request.POST, kind=self.kind)
        if not form.is_valid():
            return self._window(form)
        values = form.cleaned_data
        new = NewRequest(
            kind=self.kind, subject_ref=ref, topic=values["topic"], text=values["text"], key=values["key"]
        )
        try:
            opened = open_request.run(actor=self.actor, now=self.now, new=new)
        except errors.NotPermitted:
            raise
        except errors.Refused as refusal:
            form.refuse(refusal)
            return self._window(form)
        messages.success(
            self.request,
            _("Your message was sent to %(biller)s. The answer comes by e-mail and shows here.")
            % {"biller": biller.name},
        )
        return HttpResponseRedirect(reverse("portal-request", args=[opened]))

    @property
    def biller(self) -> BillerRow:
        """Who is asked.

        :raises errors.NotFound: not a bill or payment for which this login may ask.
        """
        return self.billers[self.subject[0]]

    @property
    @abc.abstractmethod
    def subject(self) -> tuple[int, str, str]:
        """The biller, the number, and for whom.

        :raises errors.NotFound: not a bill or payment for which this login may ask.
        """

    @abc.abstractmethod
    def back_url(self) -> str:
        """Where closing the window leads."""

    def seen(self, *, payer_id: int) -> None:
        """Refuse what this login may see but not ask about.

        :raises errors.NotFound: the user profile does not allow asking for this payer.
        """
        self.payer(payer_id=payer_id)
        if not self.actor.may_as_payer(permissions.ASK, payer_id=payer_id):
            raise errors.NotFound("payer")

    def _window(self, form: forms.Asking) -> HttpResponse:
        _biller, number, for_whom = self.subject
        values = {
            "form": form,
            "kind": self.kind,
            "number": number,
            "for_whom": for_whom,
            "back_url": self.back_url(),
        }
        return self.page(self.template, values, biller=self.biller)


class AskQuestion(AskView):
    """Ask a question about this bill."""

    @functools.cached_property
    def subject(self) -> tuple[int, str, str]:
        """The invoice of the address."""
        invoice = invoice_queries.get(actor=self.actor, public_id=self.kwargs["ref"])
        self.seen(payer_id=invoice.payer_id)
        return invoice.biller_id, invoice.number, invoice.for_whom

    def back_url(self) -> str:
        """Lead to the invoice."""
        return reverse("portal-invoice", args=[self.kwargs["ref"]])


class ReportProblem(AskView):
    """Report a problem with a payment."""

    tab = "payments"
    kind = topics.PAYMENT

    @functools.cached_property
    def subject(self) -> tuple[int, str, str]:
        """The payment of the address."""
        payment = payment_queries.get(actor=self.actor, public_id=self.kwargs["ref"])
        self.seen(payer_id=payment.payer_id)
        return payment.biller_id, payment.number, payment.for_whom

    def back_url(self) -> str:
        """Lead to the payment."""
        return reverse("portal-payment", args=[self.kwargs["ref"]])
