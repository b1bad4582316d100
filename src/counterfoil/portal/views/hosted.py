"""A window with the gateway's own fields: embedded, or as its page to go to and come back from with a token."""

from __future__ import annotations

import abc
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language

from counterfoil.flows.methods import begin
from counterfoil.gateways import base
from counterfoil.payers.rows import PayerRow
from counterfoil.portal import kept
from counterfoil.portal.views.base import BillingView
from counterfoil.portal.views.proof import WithProof

KINDS: dict[str, base.Kind] = {"bank": "bank", "card": "card"}


class HostedWindow(WithProof, BillingView, abc.ABC):
    """A page that asks for a card or a bank account. Numbers go from the browser to the gateway, never to us."""

    tab = "methods"
    asked_again = ("payer", "back")

    @property
    @abc.abstractmethod
    def payer_row(self) -> PayerRow:
        """Whose method it is or will be."""

    @property
    @abc.abstractmethod
    def kind(self) -> base.Kind:
        """What is asked for: a card or a bank account."""

    @property
    @abc.abstractmethod
    def path(self) -> str:
        """This page's address, without anything behind it."""

    @property
    def locale(self) -> str:
        """The language of this page."""
        return get_language() or "en"

    def token_of_return(self) -> str:
        """The token that somebody who left this page for the gateway's brings back.

        Only who left from here: nobody's link can bring another.
        """
        text = self.request.GET.get("kept", "")
        is_ours = kept.holds_method(text, subject=self.actor.ref)
        return self.request.GET.get("token", "") if is_ours else ""

    def here(self, **more: str) -> str:
        """Return this page's address, with the way back."""
        known = {name: self.request.GET[name] for name in self.asked_again if name in self.request.GET}
        query = urlencode(known | more)
        return f"{self.path}?{query}" if query else self.path

    def fields(self, return_path: str) -> base.ClientSetup:
        """Open the gateway's fields, and widen this page's policy for their frame and for the way to their page."""
        opened = begin.run(
            actor=self.actor,
            payer_id=self.payer_row.id,
            kind=self.kind,
            locale=self.locale,
            return_url=f"{settings.COUNTERFOIL_BASE_URL}{return_path}",
        )
        csp = opened.csp
        self.request.csp.add(
            script=csp.script, frame=csp.frame, connect=csp.connect, form_action=csp.form_action
        )
        return opened

    def to_gateway(self, typed: dict[str, str]) -> HttpResponse:
        """Go to the gateway's page; what was typed here is kept."""
        text = kept.method_text(typed, subject=self.actor.ref)
        return HttpResponseRedirect(self.fields(self.here(kept=text)).page_url)
