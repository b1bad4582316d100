"""Whether the person at this browser proved lately who they are, and how they are asked to do it again."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account import authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from counterfoil.core import clock
from counterfoil.ui import typed


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the last proof, signing in included, is younger than a quarter of an hour. Real time."""
    since = clock.real_now().timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    proofs = authentication.get_authentication_records(request, request.user)
    return any(proof["at"] > since for proof in proofs)


def ask(request: HttpRequest) -> HttpResponseRedirect:
    """Lead to a new proof and back to the same page, with what was typed kept."""
    if request.method == "POST":
        typed.keep(request, login_ref=str(getattr(request.user, "public_id", "")), why=typed.PROOF)
    query = urlencode({"next": typed.place(request)})
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{query}")
