"""What a signed-in request is: how long it may last, in which language, as which actor, with which proof."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from counterfoil.billers import queries as biller_queries
from counterfoil.config.middleware import GetResponse
from counterfoil.core import clock
from counterfoil.core.actor import Actor
from counterfoil.flows.identity import actor as actor_flow, note_seen
from counterfoil.identity import queries as identity_queries
from counterfoil.ui import typed
from counterfoil.ui.requests import Request

BEGAN: Final = "cf_began"
SEEN: Final = "cf_seen"
DESK: Final = "/desk/"
# Where a page asks how much of its session is left; asking is not using.
STATE: Final = "/session/"


class SessionLimits:
    """Ends a session 15 minutes after it was last used and 8 hours after it began.

    Real time, also in a demo. What was last seen is written at most once a minute. What somebody sends after the
    end is not done: it waits, sealed, until they are back, and stands in the form then (AX-08).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or send an ended session to the sign-in page with the way back."""
        ours = cast(Request, request)
        ours.session_left, ours.typed = None, None
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = clock.real_now()
        session = request.session
        if BEGAN not in session:
            session[BEGAN] = session[SEEN] = now.timestamp()
        if now - _at(session[BEGAN]) > settings.COUNTERFOIL_SESSION_LONGEST or (
            now - _at(session[SEEN]) > settings.COUNTERFOIL_SESSION_IDLE
        ):
            return _end(request)
        is_asking = request.path_info == STATE and request.method == "GET"
        if now - _at(session[SEEN]) >= settings.COUNTERFOIL_SEEN_EVERY and not is_asking:
            session[SEEN] = now.timestamp()
            note_seen.run(session_key=session.session_key or "", now=now)
        ours.session_left = _left(request, now)
        if request.method == "GET":
            ours.typed = typed.take(request, login_ref=request.user.public_id)
        return self.get_response(request)


class PreferredLanguage:
    """Speaks the language a person chose, on whatever machine; a visitor's comes from cookie or browser."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in that language."""
        chosen = getattr(request.user, "locale", "")
        if not chosen or chosen == request.LANGUAGE_CODE:
            return self.get_response(request)
        request.LANGUAGE_CODE = chosen
        with translation.override(chosen):
            response = self.get_response(request)
        response.headers["Content-Language"] = chosen
        return response


class WithActor:
    """Gives a request its actor, built when first asked for, so that pages without one pay nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with `request.actor` in place."""
        ours = cast(Request, request)
        ours.actor = cast(Actor, SimpleLazyObject(lambda: _actor(ours)))
        return self.get_response(request)


class SecondFactor:
    """Leads staff without a second factor to setting one up; until then no page of the desk is theirs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or redirect."""
        if (
            settings.COUNTERFOIL_MFA_REQUIRED
            and request.path_info.startswith(DESK)
            and request.user.is_authenticated
            and not identity_queries.has_second_factor(login_id=request.user.pk)
            # To anybody else the desk is not there at all.
            and identity_queries.has_staff_role(login_id=request.user.pk)
        ):
            return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{urlencode({'next': DESK})}")
        return self.get_response(request)


class Face:
    """Shows the sign-in library's pages in the face of the reader's first biller, with whom to call."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; our own pages bring their face along."""
        return self.get_response(request)

    def process_template_response(self, request: Request, response: TemplateResponse) -> TemplateResponse:
        """Put the biller's brand in, where a page has none."""
        payers = request.actor.payers if request.user.is_authenticated else ()
        if payers and "brand" not in (response.context_data or {}):
            brand = biller_queries.get(biller_id=payers[0].biller_id).brand
            response.context_data = {**(response.context_data or {}), "brand": brand}
        return response


def _at(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, tz=UTC)


def _left(request: HttpRequest, now: datetime) -> int:
    idle_end = _at(request.session[SEEN]) + settings.COUNTERFOIL_SESSION_IDLE
    last_end = _at(request.session[BEGAN]) + settings.COUNTERFOIL_SESSION_LONGEST
    return max(0, int((min(idle_end, last_end) - now).total_seconds()))


def _end(request: HttpRequest) -> HttpResponse:
    login_ref = str(getattr(request.user, "public_id", ""))
    is_ours = request.method == "POST" and _has_our_mark(request)
    auth.logout(request)
    request.session[typed.WAS] = login_ref
    if is_ours:
        typed.keep(request, login_ref=login_ref, why=typed.ENDED)
    if "HX-Request" in request.headers:
        # A part of a page cannot be the sign-in page: the whole page goes there.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    query = urlencode({"ended": "1", "next": typed.place(request)})
    return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{query}")


def _has_our_mark(request: HttpRequest) -> bool:
    """Tell whether a form of ours was sent; another site's must not lie filled in for anybody."""
    check = CsrfViewMiddleware(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {}) is None


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _actor(request: Request) -> Actor:
    seen = actor_flow.Seen(
        ip=client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:300],
        session_ref=_session_ref(request),
        request_id=request.request_id,
    )
    if request.user.is_authenticated:
        at_desk = request.path_info.startswith(DESK)
        return actor_flow.run(login=request.user, seen=seen, at_desk=at_desk)
    return actor_flow.visitor(seen=seen)


def client_ip(request: HttpRequest) -> str:
    """Return who is at the other end; behind proxies the address that the outermost trusted one saw."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    count = settings.COUNTERFOIL_TRUSTED_PROXY_COUNT
    if not count:
        return direct
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    return forwarded[-count] if len(forwarded) >= count else direct


def _session_ref(request: HttpRequest) -> str:
    """Return a name for the session that opens nothing: its key would be as good as a password."""
    key = request.session.session_key
    return identity_queries.session_ref(key) if key else ""
