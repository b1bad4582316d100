"""My Profile: who one is, where bills go, who pays, the language and size of the pages, and the ways to sign in."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _, override
from django.views import i18n
from django.views.decorators.http import require_POST

from counterfoil.core import clock, errors
from counterfoil.flows.identity import choose_language
from counterfoil.flows.payers import change_contact, end_access
from counterfoil.flows.payers.choose_who_pays import Choice
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.portal import adapter
from counterfoil.portal.forms import profile as profile_forms
from counterfoil.portal.forms.profile import Contact, Profile
from counterfoil.portal.views.base import PortalView
from counterfoil.portal.views.proof import WithProof
from counterfoil.ui.requests import Request


@dataclass(frozen=True, slots=True)
class Part:
    """What My Profile says of one payer the login acts for."""

    payer: PayerRow
    biller_name: str
    for_whom: str
    who_pays: str
    can_change: bool


class PayerPage(PortalView):
    """A page of My Profile about one payer of the login."""

    permission: str | None = None

    def payer_row(self) -> PayerRow:
        """Return the payer of the address.

        :raises errors.NotFound: none of this login, or the user profile does not allow what the page is for.
        """
        allowed = set(self.actor.payer_ids(self.permission))
        for payer in self.payers:
            if payer.public_id == self.kwargs["ref"] and payer.id in allowed:
                return payer
        raise errors.NotFound("payer")

    def for_whom(self, payer: PayerRow) -> str:
        """Return whose bills these are."""
        links = payer_queries.list_payer_accounts(actor=self.actor, payer_ids=[payer.id])
        return ", ".join(dict.fromkeys(link.account.holder_name for link in links)) or payer.name


class ProfilePage(PortalView):
    """What is known of the person who is signed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self._show(Profile(initial={"language": get_language()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change the language."""
        form = Profile(self.request.POST)
        if not form.is_valid():
            return self._show(form)
        chosen = form.cleaned_data["language"]
        choose_language.run(actor=self.actor, now=self.now, locale=chosen)
        with override(chosen):
            messages.success(self.request, _("Your profile was changed."))
        return HttpResponseRedirect(reverse("portal-profile"))

    def _show(self, form: Profile) -> HttpResponse:
        values = {
            "form": form,
            "email": getattr(self.request.user, "email", ""),
            "parts": self._parts(),
            "is_large": self.request.COOKIES.get("cf_print") == "large",
        }
        return self.page("portal/profile.html", values)

    def _parts(self) -> list[Part]:
        links = payer_queries.list_payer_accounts(
            actor=self.actor, payer_ids=[payer.id for payer in self.payers]
        )
        holders: dict[int, dict[str, None]] = {}
        for link in links:
            holders.setdefault(link.payer.id, {})[link.account.holder_name] = None
        return [
            Part(
                payer=payer,
                biller_name=self.billers[payer.biller_id].brand.name,
                for_whom=", ".join(holders.get(payer.id, {})) or payer.name,
                who_pays=profile_forms.who_pays_words(
                    Choice(payer.who_pays, payer.collection_day),
                    biller_name=self.billers[payer.biller_id].name,
                ),
                can_change=self.actor.may_as_payer(permissions.PAY, payer_id=payer.id),
            )
            for payer in self.payers
        ]


class ChangeContact(WithProof, PayerPage):
    """Where one biller's bills go. The address there was and the one there is are told."""

    permission = permissions.PAY

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show what is known."""
        payer = self.payer_row()
        initial = {"name": payer.name, "email": payer.email, "phone": payer.phone}
        return self._show(payer, Contact(initial=initial))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Change it."""
        payer = self.payer_row()
        form = Contact(self.request.POST)
        if not form.is_valid():
            return self._show(payer, form)
        contact = change_contact.Contact(
            **form.cleaned_data, locale=payer.locale, invoice_preference=payer.invoice_preference
        )
        try:
            change_contact.run(actor=self.actor, now=self.now, payer_ref=ref, contact=contact)
        except errors.Invalid as refusal:
            form.refuse(refusal)
            return self._show(payer, form)
        messages.success(self.request, _("Your contact data were changed."))
        return HttpResponseRedirect(reverse("portal-profile"))

    def _show(self, payer: PayerRow, form: Contact) -> HttpResponse:
        values = {"form": form, "payer": payer, "for_whom": self.for_whom(payer)}
        return self.page("portal/profile/contact.html", values, biller=self.billers[payer.biller_id])


class LeaveAccess(WithProof, PayerPage):
    """Giving up what this login may do for one payer."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Say what it means."""
        payer = self.payer_row()
        values = {"payer": payer, "for_whom": self.for_whom(payer)}
        return self.page("portal/profile/leave.html", values, biller=self.billers[payer.biller_id])

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Do it."""
        self.payer_row()
        end_access.run(actor=self.actor, now=self.now, payer_ref=ref, login_ref=self.actor.ref)
        messages.success(self.request, _("You have given up your access to these bills."))
        return HttpResponseRedirect(reverse("portal-home"))


@require_POST
def switch_language(request: Request) -> HttpResponse:
    """Change the language at the foot of any page: for this browser, and for who is signed in or is about to."""
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES) and request.user.is_authenticated:
        choose_language.run(actor=request.actor, now=clock.now(), locale=wanted)
    elif wanted in dict(settings.LANGUAGES):
        request.session[adapter.LANGUAGE] = wanted
    return i18n.set_language(request)
