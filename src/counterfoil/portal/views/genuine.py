"""Is this really from {biller}? Anybody may type a message's code; nothing is told but what the message says itself."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.brand import Brand
from counterfoil.notices import queries as notice_queries, topics
from counterfoil.portal.forms.messages import CheckCode

TOO_MANY = 429


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a code; say whether we sent a message with it, when, about what, and how its address begins."""
    form = CheckCode(request.POST or None)
    values: dict[str, Any] = {"form": form, "brand": _only_brand()}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/messages/genuine.html", values)
    if not ratelimit.consume(request, action="message_check"):
        form.add_error(None, _("That were too many tries. Please wait a minute, then try again."))
        return render(request, "portal/messages/genuine.html", values, status=TOO_MANY)
    return render(request, "portal/messages/genuine.html", values | _answer(form.cleaned_data["code"]))


def _answer(code: str) -> dict[str, Any]:
    sent = notice_queries.find_by_code(code=code) if code else None
    if sent is None:
        return {"answer": "no"}
    biller = biller_queries.get(biller_id=sent.biller_id)
    return {
        "answer": "yes",
        "brand": biller.brand,
        "sent": sent,
        "about": topics.of(sent.key),
    }


def _only_brand() -> Brand | None:
    """Return whose face the page has where there is only one."""
    billers = biller_queries.list_all()
    brands = {biller.brand.name: biller.brand for biller in billers}
    return next(iter(brands.values())) if len(brands) == 1 else None
