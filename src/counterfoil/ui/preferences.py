"""How a person likes to see the pages: large print, kept in a cookie because it belongs to the device."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "cf_print"
YEAR_SECONDS = 365 * 24 * 60 * 60


@require_POST
def print_size(request: HttpRequest) -> HttpResponse:
    """Keep `size` (large or usual) and go back to `next` on this site."""
    wanted = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(wanted if safe else "/")
    if request.POST.get("size") == "large":
        response.set_cookie(COOKIE, "large", max_age=YEAR_SECONDS, secure=request.is_secure(), samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
