"""The language switch of the footer: a cookie for visitors, remembered for those who are signed in."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from django.http import HttpRequest, HttpResponseBase
from django.views import i18n
from django.views.decorators.http import require_POST

from counterfoil.core import clock, errors
from counterfoil.flows.identity import choose_language
from counterfoil.ui.requests import Request


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Set the language, and go back to `next` on this site."""
    actor = cast(Request, request).actor
    if actor.login_id is not None:
        with suppress(errors.Invalid):
            choose_language.run(actor=actor, now=clock.now(), locale=request.POST.get("language", ""))
    return i18n.set_language(request)
