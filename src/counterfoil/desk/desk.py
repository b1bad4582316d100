"""One page of the desk: who looks at it, at which biller, on which day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import clock, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.identity import permissions
from counterfoil.ui import proof
from counterfoil.ui.requests import Request

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is at work, and where. `actor` sees the biller of this page alone, whatever else they work for."""

    actor: Actor
    biller: BillerRow
    billers: tuple[BillerRow, ...]
    now: datetime
    today: date

    def may(self, permission: str) -> bool:
        """Tell whether this person's role here allows `permission`."""
        return self.actor.may_as_staff(permission, biller_id=self.biller.id)

    def path(self, name: str, *refs: str) -> str:
        """Return the address of a page at this biller."""
        return reverse(name, args=[self.biller.key, *refs])


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; `key` follows `g` on the keyboard."""

    name: str
    text: str | Promise
    icon: str
    key: str
    permission: str


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A place as the layout draws it."""

    text: str | Promise
    href: str
    icon: str
    current: bool
    key: str = ""


PLACES: Final = (
    Place("desk-accounts", _("Accounts"), "folder", "a", permissions.SEE_ACCOUNTS),
    Place("desk-payers", _("Payers"), "users", "u", permissions.SEE_ACCOUNTS),
    Place("desk-invoices", _("Invoices"), "file", "i", permissions.SEE_INVOICES),
    Place("desk-payments", _("Payments"), "card", "p", permissions.SEE_PAYMENTS),
    Place("desk-undeposited", _("Payment Center"), "bank", "d", permissions.SEE_PAYMENTS),
    Place("desk-requests", _("Requests"), "message", "r", permissions.SEE_ACCOUNTS),
    Place("desk-access", _("Connect Center"), "mail", "c", permissions.INVITE_PAYERS),
)

PageView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]


def page(
    permission: str, *, asks_proof: bool = False
) -> Callable[[PageView[P]], Callable[..., HttpResponse]]:
    """Turn a view into a page of one biller's desk for staff whose role there allows `permission`.

    What is not theirs is not found: no page of the desk tells what exists elsewhere. With `asks_proof` it opens to who
    proved lately who they are (compliance AS-18), as the portal's do.
    """

    def turned(view: PageView[P]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def answer(request: HttpRequest, biller: str, *refs: P.args, **named: P.kwargs) -> HttpResponse:
            try:
                desk = _open(request, biller)
                desk.actor.demand_staff(permission, biller_id=desk.biller.id)
                if asks_proof and not proof.is_fresh(request):
                    return proof.ask(request)
                return view(request, desk, *refs, **named)
            except (errors.NotFound, errors.NotPermitted) as error:
                raise Http404 from error

        return answer

    return turned


def actor_of(request: HttpRequest) -> Actor:
    """Return who is at work.

    :raises errors.NotPermitted: nobody's staff.
    """
    actor = cast(Request, request).actor
    if actor.kind != ActorKind.STAFF:
        raise errors.NotPermitted("The desk is for staff.")
    return actor


def show(
    request: HttpRequest, desk: Desk, template: str, *, place: str, context: Mapping[str, Any]
) -> HttpResponse:
    """Draw a page of the desk; `place` is the entry of the navigation that it belongs to."""
    nav = [
        NavEntry(each.text, desk.path(each.name), each.icon, current=each.name == place, key=each.key)
        for each in PLACES
        if desk.may(each.permission)
    ]
    switch = [
        NavEntry(
            other.name, reverse("desk-accounts", args=[other.key]), "", current=other.id == desk.biller.id
        )
        for other in desk.billers
    ]
    frame = {
        "biller": desk.biller.key,
        "brand": desk.biller.brand,
        "person_name": desk.actor.name,
        "desk_nav": nav,
        "desk_switch": switch if len(switch) > 1 else [],
        "search_url": desk.path("desk-search"),
        "today": desk.today,
        "zone": desk.biller.zone,
        "currency": desk.biller.currency,
        "second_factor_is_off": not settings.COUNTERFOIL_MFA_REQUIRED,
        "may_invite": desk.may(permissions.INVITE_PAYERS),
        "may_change_settings": desk.may(permissions.CHANGE_SETTINGS),
        "may_edit_payers": desk.may(permissions.EDIT_PAYERS),
    }
    return render(request, f"desk/{template}", {**frame, **context})


def _open(request: HttpRequest, key: str) -> Desk:
    actor = actor_of(request)
    billers = tuple(biller_queries.list_for_staff(actor=actor))
    found = next((biller for biller in billers if biller.key == key), None)
    if found is None:
        raise errors.NotFound("biller")
    now = clock.now()
    return Desk(
        actor=actor.at_biller(found.id),
        biller=found,
        billers=billers,
        now=now,
        today=biller_queries.today(biller=found, now=now),
    )
