"""**Add PayPal**: asked here, decided on the wallet's own page, and back. Nothing of it needs JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.core import errors, tokens
from counterfoil.flows.methods import permit, wallet
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.gateways import base, wallets
from counterfoil.portal import accounts, detour, kept
from counterfoil.portal.forms.wallet import NewWallet
from counterfoil.portal.views.methods import AddMethod, initial_of

PURPOSE = "wallet"


class WalletWindow(AddMethod):
    """What asking and coming back share. The form's key makes two clicks, two tabs and Back one agreement."""

    @property
    def kind(self) -> base.Kind:
        """A wallet, where this biller takes payments by it."""
        if wallet.KIND not in self.payable_kinds(self.payer_row.biller_id):
            raise errors.NotFound("kind")
        return wallet.KIND

    @property
    def path(self) -> str:
        """The address of the window."""
        return reverse("portal-wallet-add")

    @property
    def subject(self) -> str:
        """For whom signed marks of this window are good: this login, for this payer."""
        return f"{self.actor.ref}:{self.payer_row.public_id}"

    def typed_before(self) -> dict[str, str]:
        """What was typed before the browser left for the wallet; nothing for anything we did not sign."""
        return kept.read_method(self.request.GET.get("kept", ""), subject=self.subject)

    def return_url(self, typed: dict[str, str]) -> str:
        """Where the wallet sends the browser back to, with what was typed."""
        known = {name: self.request.GET[name] for name in self.asked_again if name in self.request.GET}
        query = urlencode(known | {"kept": kept.method_text(typed, subject=self.subject)})
        return f"{settings.COUNTERFOIL_BASE_URL}{reverse('portal-wallet-back')}?{query}"

    def form(self, *args: Any, **kwargs: Any) -> NewWallet:
        """The questions that are ours."""
        found = accounts.of_payer(actor=self.actor, payer_id=self.payer_row.id)
        return NewWallet(*args, accounts=found, asks=self.asks, **kwargs)

    def window(self, form: NewWallet, *, message: str = "") -> HttpResponse:
        """Draw it, with a fresh key."""
        biller = self.billers[self.payer_row.biller_id]
        text = None
        if self.asks:
            text = permit.shown(
                actor=self.actor,
                now=self.now,
                payer=self.payer_row,
                kind=self.kind,
                method=None,
                locale=self.locale,
            )
        self.fields(self.here())  # widens the page's policy for the way to the wallet
        values = {
            "form": form,
            "message": message,
            "key": tokens.form_key(purpose=PURPOSE, subject=self.subject, issued_at=self.now),
            "here": self.here(),
            "back_url": detour.back_url(self.request),
            "permission": text,
            "seen": permit.digest(text) if text else "",
            "biller_name": biller.name,
        }
        return self.page("portal/methods/add_wallet.html", values, biller=biller)


class AddWallet(WalletWindow):
    """The window Add PayPal."""

    def get(self, request: HttpRequest, kind: str = "") -> HttpResponse:
        """Open it."""
        return self.window(self.form(initial=initial_of(self.typed_before())))

    def post(self, request: HttpRequest, kind: str = "") -> HttpResponse:
        """Go to the wallet; or straight back from it, where this very form was answered there already."""
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self.window(form)
        try:
            key = tokens.read_form_key(
                self.request.POST.get("key", ""), purpose=PURPOSE, subject=self.subject
            ).key
        except tokens.BadToken:
            return self.window(form)
        back = self.return_url(form.typed() | {"key": key, "seen": self.request.POST.get("seen", "")})
        try:
            found = wallet.begin(
                actor=self.actor,
                payer_id=self.payer_row.id,
                key=key,
                return_url=back,
                locale=self.locale,
            )
        except errors.Refused as refusal:
            return self.window(form, message=refusal.message)
        return HttpResponseRedirect(found.url if isinstance(found, wallets.AgreementWaiting) else back)


class WalletBack(WalletWindow):
    """Back from the wallet, once or again: what was decided there is asked of the gateway and kept."""

    def get(self, request: HttpRequest, kind: str = "") -> HttpResponse:
        """Save what was agreed to; where nothing was, open the window with everything typed."""
        typed = self.typed_before()
        if not typed.get("key"):
            return HttpResponseRedirect(self.here())
        form = self.form(typed | {"accounts": typed.get("accounts", "").split(",")})
        if not form.is_valid():
            return self.window(form)
        wanted = NewMethodForm(
            payer_id=self.payer_row.id,
            kind=self.kind,
            token="",
            nickname=form.cleaned_data["nickname"],
            is_default=form.cleaned_data["is_default"],
            address_id=None,
            new_address=None,
            account_ids=form.account_ids,
            may_collect=form.may_collect,
            seen=typed.get("seen", ""),
            locale=self.locale,
        )
        try:
            ref = wallet.finish(
                actor=self.actor,
                now=self.now,
                form=wanted,
                key=typed["key"],
                return_url=self.return_url(typed),
            )
        except (errors.Invalid, errors.Stale) as refusal:
            form.refuse(refusal)
            return self.window(form)
        except errors.Refused as refusal:
            return self.window(form, message=refusal.message)
        messages.success(self.request, _("PayPal is connected."))
        return HttpResponseRedirect(detour.return_url(self.request, method_ref=ref))

    def post(self, request: HttpRequest, kind: str = "") -> HttpResponse:
        """Nothing is sent here."""
        return HttpResponseRedirect(self.here())
