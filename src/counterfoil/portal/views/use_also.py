"""**Use also for {biller}**: a saved method of another biller is used here too, after a yes of its own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language, gettext as _

from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.flows.methods import permit, use_also
from counterfoil.flows.methods.use_also import Answers
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions
from counterfoil.payers.rows import PayerRow
from counterfoil.portal import detour
from counterfoil.portal.forms import methods as method_forms
from counterfoil.portal.views.base import BillingView
from counterfoil.portal.views.methods import shown
from counterfoil.portal.views.proof import WithProof


class UseAlso(WithProof, BillingView):
    """Asks once for one method and one biller."""

    tab = "methods"

    def get(self, request: HttpRequest, payer_ref: str, ref: str) -> HttpResponse:
        """Ask."""
        payer = self._payer()
        return self._ask(payer, self._method(payer), self._form(payer))

    def post(self, request: HttpRequest, payer_ref: str, ref: str) -> HttpResponse:
        """Save it for this biller too."""
        payer = self._payer()
        form = self._form(payer, self.request.POST)
        if not form.is_valid():
            return self._ask(payer, self._method(payer), form)
        answers = Answers(
            may_collect=form.may_collect,
            seen=self.request.POST.get("seen", ""),
            locale=get_language() or "en",
        )
        try:
            saved = use_also.run(actor=self.actor, now=self.now, payer_id=payer.id, ref=ref, answers=answers)
        except errors.Refused as refusal:
            if isinstance(refusal, errors.NotPermitted):
                raise
            form.refuse(refusal)
            return self._ask(payer, self._method(payer), form)
        messages.success(self.request, _("Payment method added."))
        return HttpResponseRedirect(detour.return_url(self.request, method_ref=saved))

    def _payer(self) -> PayerRow:
        return self.payer_by_ref(self.kwargs["payer_ref"], permission=permissions.SAVE_METHODS)

    def _biller(self, payer: PayerRow) -> BillerRow:
        return self.billers[payer.biller_id]

    def _method(self, payer: PayerRow) -> MethodRow:
        for kind in self.payable_kinds(payer.biller_id):
            offer = use_also.offered(actor=self.actor, now=self.now, payer_id=payer.id, kind=kind)
            for method in offer.methods:
                if method.public_id == self.kwargs["ref"]:
                    return method
        raise errors.NotFound("method")

    def _form(self, payer: PayerRow, *args: object) -> method_forms.UseAlso:
        biller = self._biller(payer)
        asks = biller.name if permit.is_asked(biller=biller, payer=payer) else ""
        return method_forms.UseAlso(*args, biller_name=biller.name, asks=asks)

    def _ask(self, payer: PayerRow, method: MethodRow, form: method_forms.UseAlso) -> HttpResponse:
        biller, text = self._biller(payer), None
        if form.asks:
            text = permit.text_for(
                now=self.now,
                biller=biller,
                payer=payer,
                kind=method.kind,
                method=None,
                locale=get_language() or "en",
            )
        values = {
            "form": form,
            "shown": shown(method),
            "biller_name": biller.name,
            "other_name": method.biller_name,
            "permission": text,
            "seen": permit.digest(text) if text else "",
            "back_url": detour.back_url(self.request),
        }
        return self.page("portal/methods/use_also.html", values, biller=biller)
