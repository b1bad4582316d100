"""My Profile: name, e-mail address and language, and the ways to sign in."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _, override
from django.views import i18n
from django.views.decorators.http import require_POST

from counterfoil.core import clock
from counterfoil.flows.identity import choose_language
from counterfoil.payers import queries as payer_queries
from counterfoil.portal.forms.profile import Profile
from counterfoil.portal.views.base import PortalView
from counterfoil.ui.requests import Request


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
        links = payer_queries.list_payer_accounts(
            actor=self.actor, payer_ids=[payer.id for payer in self.payers]
        )
        pays_for = dict.fromkeys(link.account.holder_name for link in links)
        values = {"form": form, "email": getattr(self.request.user, "email", ""), "pays_for": list(pays_for)}
        return self.page("portal/profile.html", values)


@require_POST
def switch_language(request: Request) -> HttpResponse:
    """Change the language from the foot of any page: for this browser, and for a signed-in person everywhere."""
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and wanted in dict(settings.LANGUAGES):
        choose_language.run(actor=request.actor, now=clock.now(), locale=wanted)
    return i18n.set_language(request)
