"""The tab My Payment Methods: the list, adding one, and its Options."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.agreements import queries as agreement_queries
from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.flows.methods import add, permit, use_also
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.gateways import base
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.portal import accounts, detour, kept
from counterfoil.portal.forms import methods as method_forms
from counterfoil.portal.views.base import BillingView
from counterfoil.portal.views.hosted import KINDS, HostedWindow


@dataclass(frozen=True, slots=True)
class Shown:
    """One saved method of the list; `about` names it for screen readers, `only_for` the accounts it is tied to."""

    method: MethodRow
    issuer: str
    expires: str
    about: str
    is_expired: bool = False
    is_collected: bool = False
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wallet:
    """The methods of one payer at one biller; `can_save` says whether its menu is there."""

    payer: PayerRow
    biller_name: str
    banks: tuple[Shown, ...]
    cards: tuple[Shown, ...]
    adds_bank: bool
    adds_card: bool
    adds_wallet: bool = False

    @property
    def can_add(self) -> bool:
        """Tell whether there is anything to add."""
        return self.adds_bank or self.adds_card or self.adds_wallet

    @property
    def has_wallets(self) -> bool:
        """Tell whether PayPal stands among the cards, or can be added to them."""
        return self.adds_wallet or any(each.method.kind == "wallet" for each in self.cards)


class MethodList(BillingView):
    """Bank Accounts; Credit & Debit Cards; +Add Payment Method."""

    tab = "methods"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, by biller where there are several."""
        methods = method_queries.list_for(actor=self.actor, payer_ids=self.billing_ids)
        collected = agreement_queries.list_standing(
            actor=self.actor, method_refs=[method.public_id for method in methods]
        )
        names = self._names(methods)
        rows = [
            shown(
                method,
                today=biller_queries.today(biller=self.billers[method.biller_id], now=self.now),
                is_collected=method.public_id in collected,
                names=names,
            )
            for method in methods
        ]
        wallets = [self._wallet(payer, rows) for payer in self.payers if payer.id in self.billing_ids]
        can_change = bool(self.payer_ids(permissions.SAVE_METHODS))
        return self.page("portal/methods/list.html", {"wallets": wallets, "can_change": can_change})

    def _names(self, methods: list[MethodRow]) -> dict[int, str]:
        """The holders of the accounts that methods are tied to; asked only where one is."""
        named = {account_id for method in methods for account_id in method.account_ids}
        if not named:
            return {}
        rows = payer_queries.list_accounts_by_ids(actor=self.actor, account_ids=named)
        return {row.id: row.holder_name for row in rows}

    def _wallet(self, payer: PayerRow, rows: list[Shown]) -> Wallet:
        mine = [row for row in rows if row.method.payer_id == payer.id]
        can_save = self.actor.may_as_payer(permissions.SAVE_METHODS, payer_id=payer.id)
        kinds = self.payable_kinds(payer.biller_id) if can_save else frozenset()
        return Wallet(
            payer=payer,
            biller_name=self.billers[payer.biller_id].name,
            banks=tuple(each for each in mine if each.method.kind == "bank"),
            cards=tuple(each for each in mine if each.method.kind != "bank"),
            adds_bank="bank" in kinds,
            adds_card="card" in kinds,
            adds_wallet="wallet" in kinds,
        )


class AddMethod(HostedWindow):
    """The window Add Payment Method, with the gateway's own fields; without JavaScript over its page and back."""

    @functools.cached_property
    def payer_row(self) -> PayerRow:
        """Whose method it will be: the one of the address, or the first."""
        ref = self.request.GET.get("payer", "")
        allowed = self.payer_ids(permissions.SAVE_METHODS)
        first = next((payer for payer in self.payers if payer.id in allowed), None)
        return self.payer_by_ref(
            ref or (first.public_id if first else ""), permission=permissions.SAVE_METHODS
        )

    @property
    def kind(self) -> base.Kind:
        """A card or a bank account, where this biller takes payments by it."""
        kind = KINDS.get(self.kwargs["kind"])
        if kind is None or kind not in self.payable_kinds(self.payer_row.biller_id):
            raise errors.NotFound("kind")
        return kind

    @property
    def path(self) -> str:
        """This page's address."""
        return reverse("portal-method-add", args=[self.kwargs["kind"]])

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Open the window; or come back from the gateway's page with a token, and what was typed kept."""
        initial = kept.read_method(self.request.GET.get("kept", ""), subject=self.actor.ref)
        message = _("Nothing was added. You can try again.") if "canceled" in self.request.GET else ""
        return self._window(
            self._form(initial=initial_of(initial)), token=self.token_of_return(), message=message
        )

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Save it. Without a token the details are still to be asked for, on the gateway's page."""
        form = self._form(self.request.POST)
        token = self.request.POST.get("token", "")
        if self.request.POST.get("step") == "again":
            form.is_valid()
            return self._window(self._form(initial=initial_of(form.typed())), token="")
        is_valid = form.is_valid()
        if not token and (is_valid or "full_page" in self.request.POST):
            return self.to_gateway(form.typed())
        if not is_valid:
            return self._window(form, token=token)
        return self._save(form, token)

    def _save(self, form: method_forms.NewMethod, token: str) -> HttpResponse:
        values = form.cleaned_data
        wanted = NewMethodForm(
            payer_id=self.payer_row.id,
            kind=self.kind,
            token=token,
            nickname=values["nickname"],
            is_default=values["is_default"],
            address_id=form.address_id,
            new_address=form.new_address,
            account_ids=form.account_ids,
            may_collect=form.may_collect,
            seen=self.request.POST.get("seen", ""),
            locale=self.locale,
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
        return HttpResponseRedirect(detour.return_url(self.request, method_ref=ref))

    def _form(self, *args: Any, **kwargs: Any) -> method_forms.NewMethod:
        saved = method_queries.list_addresses(actor=self.actor, payer_id=self.payer_row.id)
        return method_forms.NewMethod(
            *args,
            saved=saved[:3],
            accounts=accounts.of_payer(actor=self.actor, payer_id=self.payer_row.id),
            asks=self.asks,
            **kwargs,
        )

    @functools.cached_property
    def asks(self) -> str:
        """The biller's name where the permission to collect is asked for; empty where it is not."""
        biller = self.billers[self.payer_row.biller_id]
        return biller.name if permit.is_asked(biller=biller, payer=self.payer_row) else ""

    def _window(self, form: method_forms.NewMethod, *, token: str, message: str = "") -> HttpResponse:
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
        values = {
            "form": form,
            "kind": self.kind,
            "setup": self.fields(self.here()),
            "token": token,
            "message": message,
            "here": self.here(),
            "back_url": detour.back_url(self.request),
            "permission": text,
            "seen": permit.digest(text) if text else "",
            "offer": use_also.offered(
                actor=self.actor, now=self.now, payer_id=self.payer_row.id, kind=self.kind
            ),
            "payer_ref": self.payer_row.public_id,
            "back_text": self.request.GET.get("back", ""),
        }
        return self.page("portal/methods/add.html", values | {"biller_name": biller.name}, biller=biller)


def initial_of(typed: dict[str, str]) -> dict[str, Any]:
    """Return kept words as a form's initial values."""
    accounts = typed.get("accounts", "")
    return {**typed, "accounts": accounts.split(",")} if accounts else dict(typed)


def shown(
    method: MethodRow,
    *,
    today: date | None = None,
    is_collected: bool = False,
    names: Mapping[int, str] | None = None,
) -> Shown:
    """Return a method as pages show it; `names` are those of the account holders, by account."""
    expires = f"{method.exp_month:02}/{method.exp_year}" if method.exp_month and method.exp_year else ""
    words = _("%(nickname)s, %(issuer)s ending in %(last4)s") if method.last4 else "%(nickname)s, %(issuer)s"
    about = words % {"nickname": method.nickname, "issuer": method.issuer, "last4": method.last4}
    return Shown(
        method,
        method.issuer,
        expires,
        about,
        is_expired=today is not None and method.is_expired(on=today),
        is_collected=is_collected,
        only_for=tuple((names or {}).get(account_id, "") for account_id in method.account_ids),
    )
