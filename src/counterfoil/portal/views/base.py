"""What every signed-in page of the payer shares: who is asking, whose face it shows, and what refusals look like."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import View

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import clock, db, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.flows.schedules import access
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payments.rows import PaymentRow
from counterfoil.refunds import queries as refund_queries
from counterfoil.schedules.rows import ScheduledRow
from counterfoil.ui import refunds as refund_words, typed
from counterfoil.ui.requests import Request

DESK = "/desk/"


class PortalView(View):
    """A page for a signed-in payer. What it may not show is answered 404: nobody learns what exists."""

    request: Request

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; ask who is not signed in to log in, lead staff to the desk."""
        if not request.user.is_authenticated:
            return self._log_in(cast(Request, request))
        if cast(Request, request).actor.kind != ActorKind.PAYER:
            return HttpResponseRedirect(DESK)
        try:
            self.check()
            return super().dispatch(request, *args, **kwargs)
        except (errors.NotFound, errors.NotPermitted) as error:
            raise Http404 from error
        except db.Busy:
            return self.page("portal/busy.html", status=409)

    def check(self) -> None:
        """Refuse who may not see pages of this kind.

        :raises errors.NotPermitted: the user profile does not allow it.
        """

    @functools.cached_property
    def now(self) -> datetime:
        """The instant of this request."""
        return clock.now()

    @property
    def actor(self) -> Actor:
        """Who is asking."""
        return self.request.actor

    @functools.cached_property
    def payers(self) -> tuple[PayerRow, ...]:
        """The payers this login acts for, the oldest first."""
        return tuple(payer_queries.list_my_payers(actor=self.actor))

    @functools.cached_property
    def billers(self) -> Mapping[int, BillerRow]:
        """The billers of those payers, by id."""
        return biller_queries.list_by_ids(biller_ids={payer.biller_id for payer in self.payers})

    @property
    def first_biller(self) -> BillerRow | None:
        """The face of pages that belong to no one biller."""
        return self.billers[self.payers[0].biller_id] if self.payers else None

    def payer_ids(self, permission: str) -> tuple[int, ...]:
        """Return the payers for whom the user profile allows `permission`, where the biller's portal is on."""
        allowed = set(self.actor.payer_ids(permission))
        return tuple(
            p.id for p in self.payers if p.id in allowed and self.billers[p.biller_id].portal.portal_on
        )

    def may_cancel(self, scheduled: ScheduledRow) -> bool:
        """Tell whether the user profile allows calling this payment off, where the biller's portal is on."""
        return scheduled.payer_id in self.payer_ids(access.permission_for(origin=scheduled.origin))

    @property
    def sees_documents(self) -> bool:
        """Tell whether there is a tab Documents: for who sees bills, where the user profile shows documents."""
        return bool(
            set(self.payer_ids(permissions.SEE_INVOICES)) & set(self.payer_ids(permissions.DOCUMENTS))
        )

    def page(
        self,
        template: str,
        values: Mapping[str, Any] | None = None,
        *,
        biller: BillerRow | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Draw a page in the face of `biller`, or of the first one."""
        face = biller or self.first_biller
        context = {
            "brand": face.brand if face else None,
            "today": biller_queries.today(biller=face, now=self.now) if face else None,
            "zone": face.zone if face else "UTC",
            "person_name": self.actor.name,
            "sees_billing": bool(self.payer_ids(permissions.SEE_INVOICES)),
            "sees_documents": self.sees_documents,
            **(values or {}),
        }
        return render(self.request, template, context, status=status)

    def _log_in(self, request: Request) -> HttpResponse:
        if request.htmx:
            # A part of a page cannot be the sign-in page: the whole page goes there.
            response = HttpResponse(status=204)
            response.headers["HX-Refresh"] = "true"
            return response
        login_ref = str(request.session.get(typed.WAS, ""))
        if request.method == "POST" and login_ref:
            # The session ended in another tab: what was typed here waits for the same person.
            typed.keep(request, login_ref=login_ref, why=typed.ENDED)
        return redirect_to_login(typed.place(request))


class BillingView(PortalView):
    """A page of Billing: not there for who has no bills to see."""

    tab = "invoices"

    def check(self) -> None:
        """Refuse a login without Billing."""
        if not self.billing_ids:
            raise errors.NotPermitted("no billing")

    @functools.cached_property
    def billing_ids(self) -> tuple[int, ...]:
        """The payers whose bills this login sees."""
        return self.payer_ids(permissions.SEE_INVOICES)

    def page(
        self,
        template: str,
        values: Mapping[str, Any] | None = None,
        *,
        biller: BillerRow | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Draw the page with the tabs of Billing."""
        return super().page(template, {"tab": self.tab, **(values or {})}, biller=biller, status=status)

    def payer(self, *, payer_id: int) -> PayerRow:
        """Return one of the payers whose bills this login sees.

        :raises errors.NotFound: none of them, or the biller's portal is switched off.
        """
        seen = self.billing_ids
        found = next((payer for payer in self.payers if payer.id == payer_id and payer.id in seen), None)
        if found is None:
            raise errors.NotFound("payer")
        return found

    def payer_by_ref(self, ref: str, *, permission: str) -> PayerRow:
        """Return the login's payer with this public id.

        :raises errors.NotFound: none for whom the user profile allows `permission`.
        """
        allowed = self.payer_ids(permission)
        found = next((payer for payer in self.payers if payer.public_id == ref and payer.id in allowed), None)
        if found is None:
            raise errors.NotFound("payer")
        return found

    def with_refunds(self, rows: Sequence[PaymentRow]) -> list[tuple[PaymentRow, str]]:
        """Return payments, each with what went back of it in words."""
        moving = refund_queries.list_moving(actor=self.actor, payments=rows)
        return [(row, refund_words.short(row, is_on_its_way=row.id in moving)) for row in rows]

    def payable_kinds(self, biller_id: int) -> frozenset[str]:
        """Return the kinds of method this biller takes payments by; none while its gateway is off."""
        biller = self.billers[biller_id]
        return biller.kinds if biller.payments.gateway_on else frozenset()
