"""The Options of a saved method: Edit with all that belongs to it, Disable, Enable, Delete."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _

from counterfoil.agreements import queries as agreement_queries
from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors, tokens
from counterfoil.flows.methods import change, permit, put_away, update_expiry
from counterfoil.flows.schedules import replace_method
from counterfoil.gateways import base
from counterfoil.methods import queries as method_queries, states
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions
from counterfoil.portal import accounts, choosable, detour, kept
from counterfoil.portal.forms import methods as method_forms
from counterfoil.portal.forms.pay import method_choice
from counterfoil.portal.views.base import BillingView
from counterfoil.portal.views.methods import shown
from counterfoil.portal.views.proof import WithProof
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import Use
from counterfoil.ui.choices import Choice

MOVES: Final = ("disable", "enable", "delete")


class OfMethod(BillingView):
    """What every page about one saved method reads."""

    tab = "methods"

    @functools.cached_property
    def method(self) -> MethodRow:
        """The method of the address.

        :raises errors.NotFound: none that this login may change, or deleted.
        """
        found = method_queries.get(actor=self.actor, public_id=self.kwargs["ref"])
        if found.status == states.DELETED or found.payer_id not in self.payer_ids(permissions.SAVE_METHODS):
            raise errors.NotFound("method")
        return found

    @functools.cached_property
    def uses(self) -> tuple[Use, ...]:
        """What uses it: autopay, scheduled payments."""
        ref = self.method.public_id
        return schedule_queries.list_uses(actor=self.actor, method_refs=[ref]).get(ref, ())

    def about_page(self, template: str, values: dict[str, Any]) -> HttpResponse:
        """Draw a page about the method, in the face of its biller."""
        biller = self.billers[self.method.biller_id]
        known = {"shown": shown(self.method), "biller_name": biller.name, "biller_phone": biller.phone}
        return self.page(template, known | values, biller=biller)

    def done(self, message: str) -> HttpResponse:
        """Say what was done, on the list of methods."""
        messages.success(self.request, message)
        return HttpResponseRedirect(reverse("portal-methods"))


class EditMethod(WithProof, OfMethod):
    """Options > Edit."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show what can be changed."""
        method = self.method
        initial: dict[str, Any] = {
            "nickname": method.nickname,
            "is_default": method.is_default,
            "address": str(method.address_id) if method.address_id else method_forms.NEW,
        }
        if method.account_ids:
            initial["accounts"] = [str(account_id) for account_id in method.account_ids]
        if method.exp_month and method.exp_year:
            initial["expiry"] = f"{method.exp_month:02} / {method.exp_year}"
        return self._edit(self._form(initial=initial))

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Change it: first at the gateway, which may say no, then here."""
        form = self._form(self.request.POST)
        if not form.is_valid():
            return self._edit(form)
        values = form.cleaned_data
        edited = change.Edited(
            nickname=values["nickname"],
            is_default=values["is_default"],
            account_ids=form.account_ids,
            address_id=form.address_id,
            new_address=form.new_address,
        )
        try:
            if form.is_card:
                month, year = values["expiry"]
                update_expiry.run(actor=self.actor, now=self.now, ref=ref, month=month, year=year)
            change.edit(actor=self.actor, now=self.now, ref=ref, edited=edited)
        except errors.Refused as refusal:
            if not isinstance(refusal, errors.Invalid) and refusal.code != "gateway_unavailable":
                raise
            form.refuse(refusal)
            return self._edit(form)
        messages.success(self.request, _("Payment method changed."))
        return HttpResponseRedirect(detour.return_url(self.request, method_ref=ref))

    def _form(self, *args: Any, **kwargs: Any) -> method_forms.EditMethod:
        method = self.method
        saved = method_queries.list_addresses(actor=self.actor, payer_id=method.payer_id)
        # Its own first, then the newest.
        saved.sort(key=lambda row: row.id != method.address_id)
        payer = self.payer(payer_id=method.payer_id)
        return method_forms.EditMethod(
            *args,
            saved=saved[:3],
            accounts=accounts.of_payer(actor=self.actor, payer_id=payer.id),
            is_card=method.kind == "card",
            has_address=method.address_id is not None,
            **kwargs,
        )

    def _edit(self, form: method_forms.EditMethod) -> HttpResponse:
        payer, ref = self.payer(payer_id=self.method.payer_id), self.method.public_id
        given = agreement_queries.list_standing(actor=self.actor, method_refs=[ref]).get(ref)
        biller = self.billers[self.method.biller_id]
        values = {
            "form": form,
            "given": given,
            "has_permission": given is not None or permit.is_asked(biller=biller, payer=payer),
            "back_url": detour.back_url(self.request),
            "can_replace": self.method.kind in self.payable_kinds(self.method.biller_id),
        }
        return self.about_page("portal/methods/edit.html", values)


@dataclass(frozen=True, slots=True)
class ToAccept:
    """What one use of the old method will say with the new one in its place."""

    use: Use
    text: str


class MoveMethod(WithProof, OfMethod):
    """Options > Disable, Enable and Delete: a page that says what will happen, and a button that does it."""

    move = "disable"

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Say what will happen."""
        return self._ask(self._form())

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Do it; where something uses the method, show first what is agreed to with another in its place."""
        if self.move == "enable" or not self._is_used:
            return self._move(None)
        form = self._form(self.request.POST)
        if not form.is_valid():
            return self._ask(form)
        try:
            return self._replace(form.method_ref)
        except errors.Invalid as refusal:
            form.refuse(refusal)
            return self._ask(form)

    def _replace(self, instead: str | None) -> HttpResponse:
        if instead is None:
            return self._move(None)
        if "seen" not in self.request.POST:
            return self._review(instead)
        try:
            return self._move(instead)
        except errors.Stale as refusal:
            if refusal.code != replace_method.NOT_READ:
                raise
            return self._review(instead, refusal.message)

    @property
    def _is_used(self) -> bool:
        return self.move != "enable" and bool(self.uses)

    def _move(self, instead: str | None) -> HttpResponse:
        ref = self.method.public_id
        if self.move == "enable":
            change.enable(actor=self.actor, now=self.now, ref=ref)
        else:
            put_away.run(
                actor=self.actor,
                now=self.now,
                ref=ref,
                move=cast(put_away.Move, self.move),
                instead=put_away.Instead(instead, self.request.POST.get("seen", "")) if instead else None,
                locale=get_language() or "en",
            )
        done = {
            "disable": _("Payment method disabled."),
            "enable": _("Payment method enabled."),
            "delete": _("Payment method deleted."),
        }
        return self.done(done[self.move])

    def _form(self, *args: Any) -> method_forms.Instead:
        choices: list[tuple[str, Choice]] = [
            (method.public_id, method_choice(method)) for method in self._others() if self._is_used
        ]
        return method_forms.Instead(*args, choices=choices, may_pause=self.move == "disable")

    def _others(self) -> list[MethodRow]:
        rows = method_queries.list_for(actor=self.actor, payer_ids=[self.method.payer_id], only_usable=True)
        today = biller_queries.today(biller=self.billers[self.method.biller_id], now=self.now)
        can_use = choosable.split(rows, on=today)
        return [row for row in can_use.methods if row.public_id != self.method.public_id]

    def _ask(self, form: method_forms.Instead) -> HttpResponse:
        here = reverse(f"portal-method-{self.move}", args=[self.method.public_id])
        kinds = self.payable_kinds(self.method.biller_id)
        values = {
            "move": self.move,
            "form": form if self._is_used else None,
            "uses": self.uses if self._is_used else (),
            "has_others": form.has_choices if self._is_used else True,
            "adds_bank": "bank" in kinds,
            "adds_card": "card" in kinds,
            "back_text": tokens.sign(here, purpose=kept.BACK),
            "payer_ref": self.payer(payer_id=self.method.payer_id).public_id,
        }
        return self.about_page("portal/methods/move.html", values)

    def _review(self, instead: str, message: str = "") -> HttpResponse:
        review = replace_method.review(
            actor=self.actor,
            now=self.now,
            old_ref=self.method.public_id,
            new_ref=instead,
            locale=get_language() or "en",
        )
        accepted = [
            ToAccept(use, review.texts[use.ref].body) for use in review.uses if use.ref in review.texts
        ]
        other = method_queries.get(actor=self.actor, public_id=instead)
        values = {
            "move": self.move,
            "instead": other,
            "accepted": accepted,
            "seen": review.digest,
            "message": message,
        }
        return self.about_page("portal/methods/instead.html", values)


class PermissionPage(WithProof, OfMethod):
    """*May {biller} collect what I owe from this method?*, given and withdrawn at any time."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show the text, and the answer that holds now."""
        return self._ask(self._form())

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Give or withdraw it."""
        form = self._form(self.request.POST)
        if not form.is_valid():
            return self._ask(form)
        if form.cleaned_data["may_collect"] == method_forms.NO:
            permit.withdraw(actor=self.actor, now=self.now, ref=ref)
            return self.done(_("The permission is ended. We sent you a confirmation."))
        try:
            seen = self.request.POST.get("seen", "")
            permit.give(actor=self.actor, now=self.now, ref=ref, locale=get_language() or "en", seen=seen)
        except errors.Stale as refusal:
            form.refuse(refusal)
            return self._ask(form)
        return self.done(_("The permission is given. We sent you a copy."))

    def _form(self, *args: Any) -> method_forms.Permission:
        return method_forms.Permission(*args, biller_name=self.billers[self.method.biller_id].name)

    def _ask(self, form: method_forms.Permission) -> HttpResponse:
        method = self.method
        given = agreement_queries.list_standing(actor=self.actor, method_refs=[method.public_id])
        payer = self.payer(payer_id=method.payer_id)
        text = permit.shown(
            actor=self.actor,
            now=self.now,
            payer=payer,
            kind=cast(base.Kind, method.kind),
            method=method,
            locale=get_language() or "en",
        )
        values = {
            "form": form,
            "given": given.get(method.public_id),
            "permission": text,
            "seen": permit.digest(text),
        }
        return self.about_page("portal/methods/permission.html", values)
