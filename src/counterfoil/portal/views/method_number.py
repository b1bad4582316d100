"""Edit > Replace the number: a new card or account behind a saved method."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import errors
from counterfoil.flows.methods import replace
from counterfoil.flows.methods.replace import Review
from counterfoil.gateways import base
from counterfoil.payers.rows import PayerRow
from counterfoil.portal.views.hosted import HostedWindow
from counterfoil.portal.views.method_options import OfMethod, ToAccept


class ReplaceNumber(HostedWindow, OfMethod):
    """Edit > Replace the number: asked for anew in the gateway's fields; everything that uses the method stays."""

    @property
    def payer_row(self) -> PayerRow:
        """Whose method it is."""
        return self.payer(payer_id=self.method.payer_id)

    @property
    def kind(self) -> base.Kind:
        """The same kind as before, where this biller still takes payments by it."""
        if self.method.kind not in self.payable_kinds(self.method.biller_id):
            raise errors.NotFound("kind")
        return cast(base.Kind, self.method.kind)

    @property
    def path(self) -> str:
        """This page's address."""
        return reverse("portal-method-replace", args=[self.kwargs["ref"]])

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Open the window; or come back from the gateway's page with a token."""
        message = _("Nothing was changed. You can try again.") if "canceled" in self.request.GET else ""
        return self._window(token=self.token_of_return(), message=message)

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Replace it. Without a token the number is still to be asked for, on the gateway's page."""
        token = self.request.POST.get("token", "")
        if self.request.POST.get("step") == "again":
            return self._window(token="")
        if not token:
            return self.to_gateway({"method": ref})
        seen = self.request.POST.get("seen", "")
        try:
            if not seen:
                review = replace.review(
                    actor=self.actor, now=self.now, ref=ref, token=token, locale=self.locale
                )
                if review.digest:
                    return self._review(review, token=token)
            replace.run(actor=self.actor, now=self.now, ref=ref, token=token, seen=seen, locale=self.locale)
        except errors.Stale as refusal:
            return self._read_again(token=token, wrong=refusal.message)
        except errors.Refused as refusal:
            if isinstance(refusal, errors.NotPermitted):
                raise
            # What the gateway no longer vouches for is asked for again.
            return self._window(token="" if refusal.field == "token" else token, wrong=refusal.message)
        return self.done(_("The number was replaced. Everything that uses this method goes on."))

    def _read_again(self, *, token: str, wrong: str) -> HttpResponse:
        """Show what is accepted as it is now; what changed meanwhile may also have taken the number away."""
        ref = self.method.public_id
        try:
            review = replace.review(actor=self.actor, now=self.now, ref=ref, token=token, locale=self.locale)
        except errors.Refused as refusal:
            return self._window(token="", wrong=refusal.message)
        return self._review(review, token=token, wrong=wrong)

    def _review(self, review: Review, *, token: str, wrong: str = "") -> HttpResponse:
        """Show every permission as it will read with the new number; one button accepts them and replaces it."""
        accepted = [ToAccept(use, review.texts[use.ref].body) for use in self.uses if use.ref in review.texts]
        values = {
            "instead": review.method,
            "accepted": accepted,
            "permission": review.standing,
            "seen": review.digest,
            "token": token,
            "wrong": wrong,
            "here": self.here(),
        }
        return self.about_page("portal/methods/replace_review.html", values)

    def _window(self, *, token: str, message: str = "", wrong: str = "") -> HttpResponse:
        values = {
            "kind": self.kind,
            "setup": self.fields(self.here()),
            "token": token,
            "message": message,
            "wrong": wrong,
            "here": self.here(),
            "uses": self.uses,
            "is_collected": agreement_queries.has_standing(method_ref=self.method.public_id),
        }
        return self.about_page("portal/methods/replace.html", values)
