"""Helpers: giving somebody access to view or pay, and ending it in one tap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.flows.sharing import end_access, give_access
from counterfoil.flows.sharing.give_access import Access
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.portal import choosable
from counterfoil.portal.forms.sharing import AccessForm
from counterfoil.portal.views.proof import WithProof
from counterfoil.portal.views.sharing import SharingView

USUAL = timedelta(days=90)


class Give(WithProof, SharingView):
    """Give access; where the person may pay with the payer's own method, the permission is read first."""

    def get(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Open the window."""
        payer, _account, biller = self._where()
        today = biller_queries.today(biller=biller, now=self.now)
        return self._show(self._form(payer, biller, initial={"until": (today + USUAL).isoformat()}))

    def post(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Give it, or show the permission to accept."""
        payer, account, biller = self._where()
        form = self._form(payer, biller, data=self.request.POST)
        if self.request.POST.get("step") == "change" or not form.is_valid():
            return self._show(form)
        values = form.cleaned_data
        access = Access(
            payer_ref=payer.public_id,
            account_ref=account.public_id,
            name=values["name"],
            email=values["email"],
            may_pay=form.may_pay,
            until_on=values["until"],
            limit_minor=form.limit_minor,
            total_minor=form.total_minor,
            method_ref=form.method_ref,
            sees_lines=values["sees_lines"],
            locale=get_language() or "en",
        )
        if access.method_ref and self.request.POST.get("step") != "accept":
            return self._permission(form, access, payer, account, biller)
        try:
            give_access.run(actor=self.actor, now=self.now, access=access)
        except errors.Invalid as refusal:
            form.refuse(refusal)
            return self._show(form)
        messages.success(self.request, _("%(name)s has access now.") % {"name": values["name"]})
        return HttpResponseRedirect(reverse("portal-sharing"))

    def _where(self) -> tuple[PayerRow, AccountRow, BillerRow]:
        payer, account = self.place(
            payer_ref=self.kwargs["payer_ref"], account_ref=self.kwargs["account_ref"]
        )
        return payer, account, self.biller_of(payer.biller_id)

    def _methods(self, payer: PayerRow, *, on: date) -> Sequence[MethodRow]:
        if not self.actor.may_as_payer(permissions.PAY, payer_id=payer.id):
            return []
        found = method_queries.list_for(actor=self.actor, payer_ids=[payer.id], only_usable=True)
        return choosable.split(found, on=on).methods

    def _form(self, payer: PayerRow, biller: BillerRow, **given: object) -> AccessForm:
        today = biller_queries.today(biller=biller, now=self.now)
        return AccessForm(
            methods=self._methods(payer, on=today), first=today, last=today + give_access.LONGEST, **given
        )

    def _show(self, form: AccessForm) -> HttpResponse:
        _payer, account, biller = self._where()
        values = {
            "form": form,
            "for_whom": account.holder_name,
            "account_number": account.number,
            "currency": biller.currency,
        }
        return self.page("portal/sharing/give.html", values, biller=biller)

    def _permission(
        self, form: AccessForm, access: Access, payer: PayerRow, account: AccountRow, biller: BillerRow
    ) -> HttpResponse:
        method = method_queries.get(actor=self.actor, public_id=access.method_ref)
        text = give_access.text_of(
            access=access, biller=biller, payer=payer, account=account, method=method, now=self.now
        )
        kept = [
            (name, value)
            for name, value in self.request.POST.items()
            if name in form.fields and isinstance(value, str)
        ]
        return self.page("portal/sharing/permission.html", {"text": text, "kept": kept}, biller=biller)


class End(SharingView):
    """End an access: the payer's button, and the helper's."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Lead to the page Sharing: ending it is a button there."""
        self._biller(ref)
        return HttpResponseRedirect(reverse("portal-sharing"))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """End it."""
        self._biller(ref)
        end_access.run(actor=self.actor, now=self.now, ref=ref)
        messages.success(self.request, _("This access has ended."))
        return HttpResponseRedirect(reverse("portal-sharing"))

    def _biller(self, ref: str) -> BillerRow:
        helper = self.helper_row(ref)
        return self.biller_of(helper.biller_id)
