"""Who pays: asked once after registering, changed at any time under My Profile (product.md 2.5)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from counterfoil.core import errors
from counterfoil.flows.payers import choose_who_pays
from counterfoil.flows.payers.choose_who_pays import Choice
from counterfoil.payers import permissions
from counterfoil.payers.rows import PayerRow
from counterfoil.portal.forms.profile import WhoPays
from counterfoil.portal.views.base import PortalView
from counterfoil.portal.views.profile import PayerPage


class Welcome(PortalView):
    """The way from registering to the first page: past the question, where nobody answered it yet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the question, or on."""
        for payer in self.payers:
            if not payer.who_pays and self.actor.may_as_payer(permissions.PAY, payer_id=payer.id):
                return HttpResponseRedirect(f"{reverse('portal-who-pays', args=[payer.public_id])}?first=1")
        return HttpResponseRedirect(reverse("portal-home"))


class ChooseWhoPays(PayerPage):
    """The question, about one payer."""

    permission = permissions.PAY

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Ask."""
        payer = self.payer_row()
        return self._show(payer, self._form(payer))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Keep the answer; choosing autopay leads to where it is set up."""
        payer = self.payer_row()
        form = self._form(payer, self.request.POST)
        if not form.is_valid():
            return self._show(payer, form)
        try:
            choose_who_pays.run(actor=self.actor, now=self.now, payer_ref=ref, choice=form.choice)
        except errors.Invalid as refusal:
            form.refuse(refusal)
            return self._show(payer, form)
        if form.choice.who_pays == choose_who_pays.AUTOPAY:
            return HttpResponseRedirect(_autopay_page())
        messages.success(self.request, _("Your choice was saved."))
        return HttpResponseRedirect(reverse("portal-home" if self._is_first else "portal-profile"))

    @property
    def _is_first(self) -> bool:
        return "first" in self.request.GET

    def _form(self, payer: PayerRow, *args: object) -> WhoPays:
        biller = self.billers[payer.biller_id]
        return WhoPays(
            *args,
            biller_name=biller.name,
            days=biller.portal.days_to_collect,
            with_autopay=self.actor.may_as_payer(permissions.AUTOPAY, payer_id=payer.id),
            standing=Choice(payer.who_pays, payer.collection_day),
        )

    def _show(self, payer: PayerRow, form: WhoPays) -> HttpResponse:
        biller = self.billers[payer.biller_id]
        values = {
            "form": form,
            "payer": payer,
            "is_first": self._is_first,
            "for_whom": self.for_whom(payer),
            "biller_name": biller.name,
        }
        return self.page("portal/profile/who_pays.html", values, biller=biller)


def _autopay_page() -> str:
    try:
        return reverse("portal-schedules")
    except NoReverseMatch:
        return reverse("portal-home")
