"""The tab My Payment Methods: the list, adding one, and its Options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _

from counterfoil.core import errors
from counterfoil.flows.methods import add, begin, change
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.gateways import base
from counterfoil.methods import queries as method_queries, states
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions
from counterfoil.payers.rows import PayerRow
from counterfoil.portal import kept
from counterfoil.portal.forms import methods as method_forms
from counterfoil.portal.views.base import BillingView
from counterfoil.portal.views.proof import WithProof

KINDS: dict[str, base.Kind] = {"bank": "bank", "card": "card"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One saved method of the list; `about` names it for screen readers."""

    method: MethodRow
    issuer: str
    expires: str
    about: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """The methods of one payer at one biller; `can_save` says whether its menu is there."""

    payer: PayerRow
    biller_name: str
    banks: tuple[Shown, ...]
    cards: tuple[Shown, ...]
    adds_bank: bool
    adds_card: bool

    @property
    def can_add(self) -> bool:
        """Tell whether there is anything to add."""
        return self.adds_bank or self.adds_card


class MethodList(BillingView):
    """Bank Accounts; Credit & Debit Cards; +Add Payment Method."""

    tab = "methods"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, by biller where there are several."""
        methods = method_queries.list_for(actor=self.actor, payer_ids=self.billing_ids)
        wallets = [self._wallet(payer, methods) for payer in self.payers if payer.id in self.billing_ids]
        can_change = bool(self.payer_ids(permissions.SAVE_METHODS))
        return self.page("portal/methods/list.html", {"wallets": wallets, "can_change": can_change})

    def _wallet(self, payer: PayerRow, methods: list[MethodRow]) -> Wallet:
        mine = [shown(method) for method in methods if method.payer_id == payer.id]
        can_save = self.actor.may_as_payer(permissions.SAVE_METHODS, payer_id=payer.id)
        kinds = self.payable_kinds(payer.biller_id) if can_save else frozenset()
        return Wallet(
            payer=payer,
            biller_name=self.billers[payer.biller_id].name,
            banks=tuple(each for each in mine if each.method.kind == "bank"),
            cards=tuple(each for each in mine if each.method.kind != "bank"),
            adds_bank="bank" in kinds,
            adds_card="card" in kinds,
        )


class AddMethod(WithProof, BillingView):
    """The window Add Payment Method, with the gateway's own fields; without JavaScript over its page and back."""

    tab = "methods"

    @property
    def payer_row(self) -> PayerRow:
        """Whose method it will be: the one of the address, or the first."""
        ref = self.request.GET.get("payer", "")
        allowed = self.payer_ids(permissions.SAVE_METHODS)
        first = next((payer for payer in self.payers if payer.id in allowed), None)
        return self.payer_by_ref(
            ref or (first.public_id if first else ""), permission=permissions.SAVE_METHODS
        )

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Open the window; or come back from the gateway's page with a token, and what was typed kept."""
        text, subject = self.request.GET.get("kept", ""), self.actor.ref
        form = self._form(initial=kept.read_method(text, subject=subject))
        # Only who left this page for the gateway's comes back with a token: nobody's link can bring another.
        token = self.request.GET.get("token", "") if kept.holds_method(text, subject=subject) else ""
        message = _("Nothing was added. You can try again.") if "canceled" in self.request.GET else ""
        return self._window(form, token=token, message=message)

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Save it. Without a token the details are still to be asked for, on the gateway's page."""
        form = self._form(self.request.POST)
        token = self.request.POST.get("token", "")
        if self.request.POST.get("step") == "again":
            form.is_valid()
            return self._window(self._form(initial=form.typed()), token="")
        is_valid = form.is_valid()
        if not token and (is_valid or "full_page" in self.request.POST):
            return self._to_gateway(form)
        if not is_valid:
            return self._window(form, token=token)
        return self._save(form, token)

    def _save(self, form: method_forms.NewMethod, token: str) -> HttpResponse:
        values = form.cleaned_data
        wanted = NewMethodForm(
            payer_id=self.payer_row.id,
            kind=self._kind,
            token=token,
            nickname=values["nickname"],
            is_default=values["is_default"],
            address_id=form.address_id,
            new_address=form.new_address,
        )
        try:
            ref = add.run(actor=self.actor, now=self.now, form=wanted)
        except (errors.Invalid, errors.Stale) as refusal:
            form.refuse(refusal)
            # What the gateway no longer vouches for is asked for again; the rest stays.
            return self._window(form, token="" if refusal.field == "token" else token)
        except errors.Refused as refusal:
            if refusal.code != "gateway_unavailable":
                raise
            form.refuse(refusal)
            return self._window(form, token=token)
        messages.success(self.request, _("Payment method added."))
        return HttpResponseRedirect(self._way_back(ref))

    def _way_back(self, ref: str) -> str:
        back = kept.read_back(self.request.GET.get("back", ""))
        if not back:
            return reverse("portal-methods")
        return f"{back}&{urlencode({'method': ref})}"

    def _form(self, *args: Any, **kwargs: Any) -> method_forms.NewMethod:
        saved = method_queries.list_addresses(actor=self.actor, payer_id=self.payer_row.id)
        return method_forms.NewMethod(*args, saved=saved[:3], **kwargs)

    @property
    def _kind(self) -> base.Kind:
        kind = KINDS.get(self.kwargs["kind"])
        if kind is None or kind not in self.payable_kinds(self.payer_row.biller_id):
            raise errors.NotFound("kind")
        return kind

    def _here(self, **more: str) -> str:
        """This page's address, with the way back."""
        known = {name: self.request.GET[name] for name in ("payer", "back") if name in self.request.GET}
        query = urlencode(known | more)
        here = reverse("portal-method-add", args=[self.kwargs["kind"]])
        return f"{here}?{query}" if query else here

    def _setup(self, return_path: str) -> base.ClientSetup:
        return begin.run(
            actor=self.actor,
            payer_id=self.payer_row.id,
            kind=self._kind,
            locale=get_language() or "en",
            return_url=f"{settings.COUNTERFOIL_BASE_URL}{return_path}",
        )

    def _to_gateway(self, form: method_forms.NewMethod) -> HttpResponse:
        typed = kept.method_text(form.typed(), subject=self.actor.ref)
        setup = self._setup(self._here(kept=typed))
        self._allow(setup)
        return HttpResponseRedirect(setup.page_url)

    def _window(self, form: method_forms.NewMethod, *, token: str, message: str = "") -> HttpResponse:
        setup = self._setup(self._here())
        self._allow(setup)
        values = {
            "form": form,
            "kind": self._kind,
            "setup": setup,
            "token": token,
            "message": message,
            "here": self._here(),
            "back_url": kept.read_back(self.request.GET.get("back", "")) or reverse("portal-methods"),
        }
        biller = self.billers[self.payer_row.biller_id]
        return self.page("portal/methods/add.html", values | {"biller_name": biller.name}, biller=biller)

    def _allow(self, setup: base.ClientSetup) -> None:
        """Widen this page's policy for the gateway's frame, and for the way to its page."""
        csp = setup.csp
        self.request.csp.add(
            script=csp.script, frame=csp.frame, connect=csp.connect, form_action=csp.form_action
        )


class MethodView(WithProof, BillingView):
    """A page about one saved method."""

    tab = "methods"

    def method(self) -> MethodRow:
        """Return the method of the address.

        :raises errors.NotFound: none that this login may change, or deleted.
        """
        found = method_queries.get(actor=self.actor, public_id=self.kwargs["ref"])
        if found.status == states.DELETED or found.payer_id not in self.payer_ids(permissions.SAVE_METHODS):
            raise errors.NotFound("method")
        return found


class EditMethod(MethodView):
    """Options > Edit."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show what can be changed."""
        method = self.method()
        initial = {"nickname": method.nickname, "is_default": method.is_default}
        return self._edit(method, method_forms.EditMethod(initial=initial))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Change it."""
        method = self.method()
        form = method_forms.EditMethod(self.request.POST)
        if not form.is_valid():
            return self._edit(method, form)
        values = form.cleaned_data
        try:
            change.edit(
                actor=self.actor,
                now=self.now,
                ref=ref,
                nickname=values["nickname"],
                is_default=values["is_default"],
            )
        except errors.Invalid as refusal:
            form.refuse(refusal)
            return self._edit(method, form)
        messages.success(self.request, _("Payment method changed."))
        return HttpResponseRedirect(reverse("portal-methods"))

    def _edit(self, method: MethodRow, form: method_forms.EditMethod) -> HttpResponse:
        biller = self.billers[method.biller_id]
        return self.page("portal/methods/edit.html", {"shown": shown(method), "form": form}, biller=biller)


class MoveMethod(MethodView):
    """Options > Disable, Enable and Delete: a page that says what will happen, and a button that does it."""

    move = "disable"

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Say what will happen."""
        method = self.method()
        values = {"shown": shown(method), "move": self.move}
        return self.page("portal/methods/move.html", values, biller=self.billers[method.biller_id])

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Do it."""
        self.method()
        MOVES[self.move](actor=self.actor, now=self.now, ref=ref)
        done = {
            "disable": _("Payment method disabled."),
            "enable": _("Payment method enabled."),
            "delete": _("Payment method deleted."),
        }
        messages.success(self.request, done[self.move])
        return HttpResponseRedirect(reverse("portal-methods"))


MOVES: dict[str, Callable[..., None]] = {
    "disable": change.disable,
    "enable": change.enable,
    "delete": change.delete,
}


def shown(method: MethodRow) -> Shown:
    """Return a method as pages show it."""
    expires = f"{method.exp_month:02}/{method.exp_year}" if method.exp_month and method.exp_year else ""
    about = _("%(nickname)s, %(issuer)s ending in %(last4)s") % {
        "nickname": method.nickname,
        "issuer": method.issuer,
        "last4": method.last4,
    }
    return Shown(method, method.issuer, expires, about)
