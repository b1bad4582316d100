"""Autopay & Schedules: what is set for later, and until when it can still be changed."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.flows.payments.orders import Mode
from counterfoil.flows.schedules import cancel
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.portal import autopays
from counterfoil.portal.kept import KeptOrder
from counterfoil.portal.views.base import BillingView
from counterfoil.schedules import queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow
from counterfoil.ui import formats


@dataclass(frozen=True, slots=True)
class SetRow:
    """A scheduled payment of the list, with its addresses; the empty ones are not offered.

    `is_late`: the user profile would allow it, but the time is over.
    """

    scheduled: ScheduledRow
    zone: str
    is_late: bool
    until: str
    url: str
    change_url: str
    cancel_url: str


class SchedulesView(BillingView):
    """What the pages of this tab share."""

    tab = "schedules"

    def may(self, payer_id: int) -> bool:
        """Tell whether the user profile allows autopay and schedules for this payer."""
        return payer_id in self.allowed

    @functools.cached_property
    def allowed(self) -> frozenset[int]:
        """The payers for whom the user profile allows autopay and schedules."""
        return frozenset(self.payer_ids(permissions.AUTOPAY))

    def takes_autopay(self, payer: PayerRow) -> bool:
        """Tell whether autopay can be started for a payer: by the user profile, the biller, and its gateway."""
        is_on = self.billers[payer.biller_id].portal.autopay_on
        return is_on and self.may(payer.id) and bool(self.payable_kinds(payer.biller_id))

    def set_row(self, scheduled: ScheduledRow) -> SetRow:
        """Return a scheduled payment as pages show it."""
        may, in_time = self.may_cancel(scheduled), scheduled.can_change(self.now)
        can = may and in_time
        biller = self.billers[scheduled.biller_id]
        can_edit = can and scheduled.origin == states.PAYER and biller.portal.schedule_payment
        return SetRow(
            scheduled=scheduled,
            zone=biller.zone,
            is_late=may and not in_time,
            until=formats.instant(
                scheduled.cutoff_at,
                zone=biller.zone,
                reference=biller_queries.today(biller=biller, now=self.now),
            ),
            url=reverse("portal-scheduled", args=[scheduled.public_id]),
            change_url=self._change_url(scheduled) if can_edit else "",
            cancel_url=reverse("portal-scheduled-cancel", args=[scheduled.public_id]) if can else "",
        )

    def _change_url(self, scheduled: ScheduledRow) -> str:
        """Where step 1 opens with everything that is set, to set it anew."""
        payer = self.payer(payer_id=scheduled.payer_id)
        order = KeptOrder(
            scheduled.method_ref,
            Mode(scheduled.mode),
            scheduled.amounts if scheduled.mode == Mode.INVOICES else (),
            pay_on=scheduled.run_on.isoformat(),
            changes=scheduled.public_id,
        )
        subject = f"{self.actor.ref}:{payer.public_id}:{scheduled.account_ref}"
        url = reverse("portal-pay", args=[payer.public_id, scheduled.account_ref])
        return f"{url}?{urlencode({'kept': order.text(subject=subject)})}"


class Schedules(SchedulesView):
    """The tab: autopay first, then what is set for later."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show both; what is empty says why and what next."""
        scheduled = schedule_queries.list_scheduled(actor=self.actor, payer_ids=self.billing_ids)
        enrollments = schedule_queries.list_enrollments(actor=self.actor, payer_ids=self.billing_ids)
        values = {
            "autopays": [
                autopays.shown(
                    each,
                    scheduled=scheduled,
                    biller=self.billers[each.biller_id],
                    now=self.now,
                    may=self.may(each.payer_id),
                )
                for each in enrollments
            ],
            "rows": [self.set_row(each) for each in scheduled],
            "several_billers": len(self.billers) > 1,
            "may_set": bool(self.allowed),
            "start_url": reverse("portal-autopay-start") if self._can_start(enrollments) else "",
            "takes_later": any(
                self.billers[payer.biller_id].portal.schedule_payment
                for payer in self.payers
                if payer.id in self.allowed
            ),
        }
        return self.page("portal/schedules/list.html", values)

    def _can_start(self, enrollments: list[EnrollmentRow]) -> bool:
        """Tell whether there is an account without autopay of its own, where it is offered."""
        covered = {(row.payer_id, row.account_id) for row in enrollments}
        links = payer_queries.list_payer_accounts(actor=self.actor, payer_ids=list(self.allowed))
        offered = {payer.id for payer in self.payers if self.takes_autopay(payer)}
        return any(
            link.payer.id in offered
            and (link.payer.id, link.account.id) not in covered
            and (link.payer.id, None) not in covered
            for link in links
        )


class ScheduledPage(SchedulesView):
    """One scheduled payment: what, when, until when it can be changed."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it; as step 3 right after it was set."""
        row = self.scheduled(ref)
        numbers = invoice_queries.map_numbers(refs=[each for each, _minor in row.amounts])
        values = {
            "row": self.set_row(row),
            "scheduled": row,
            "amounts": [(each, numbers.get(each, ""), minor) for each, minor in row.amounts],
            "is_step": self.request.GET.get("step") == "3" and row.is_open,
            "zone": self.billers[row.biller_id].zone,
        }
        return self.page("portal/schedules/scheduled.html", values, biller=self.billers[row.biller_id])

    def scheduled(self, ref: str) -> ScheduledRow:
        """Return what the address names.

        :raises errors.NotFound: not one of this login's.
        """
        found = schedule_queries.get_scheduled(actor=self.actor, public_id=ref)
        self.payer(payer_id=found.payer_id)
        return found


class CancelScheduled(ScheduledPage):
    """Canceling asks once, in figures."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Ask; what cannot be canceled any more shows itself instead."""
        row = self._mine(ref)
        shown = self.set_row(row)
        if not shown.cancel_url:
            return HttpResponseRedirect(shown.url)
        values = {"row": shown, "scheduled": row, "zone": shown.zone}
        return self.page("portal/schedules/cancel.html", values, biller=self.billers[row.biller_id])

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Cancel it; twice cancels once."""
        row = self._mine(ref)
        try:
            cancel.run(actor=self.actor, now=self.now, ref=ref)
        except errors.Stale as refusal:
            messages.warning(request, refusal.message)
            return HttpResponseRedirect(reverse("portal-scheduled", args=[ref]))
        amount = formats.money(row.amount_minor, currency=row.currency)
        messages.success(request, _("The payment of %(amount)s is canceled.") % {"amount": amount})
        return HttpResponseRedirect(reverse("portal-schedules"))

    def _mine(self, ref: str) -> ScheduledRow:
        row = self.scheduled(ref)
        if not self.may_cancel(row):
            raise errors.NotFound("scheduled payment")
        return row
