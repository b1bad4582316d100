"""How much of a session is left: asked by the page itself, prolonged by its reader, and what was typed kept."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST

from counterfoil.ui import typed
from counterfoil.ui.requests import Request

PAGE = "cf_page"


@require_http_methods(["GET", "POST"])
def state(request: HttpRequest) -> HttpResponse:
    """Tell how many seconds are left. Asking prolongs nothing; a POST, "Stay signed in", does."""
    return JsonResponse({"left": getattr(request, "session_left", None) or 0})


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take what was typed on a page whose session has ended, and lead to the sign-in and back to that page."""
    page = request.POST.get(PAGE, "/")
    if not url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}) or page[:1] != "/":
        page = "/"
    login_ref = str(getattr(request.user, "public_id", "") or request.session.get(typed.WAS, ""))
    if login_ref:
        typed.keep(request, login_ref=login_ref, why=typed.ENDED, page=page)
    if cast(Request, request).session_left:
        # Signed in again in another tab meanwhile.
        return HttpResponseRedirect(page)
    query = urlencode({"ended": "1", "next": page})
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")
