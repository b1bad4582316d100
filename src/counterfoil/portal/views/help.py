"""Help: whom to call, and the questions that are asked most. Open to everybody, linked from every page."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import ActorKind
from counterfoil.payers import queries as payer_queries
from counterfoil.portal import adapter
from counterfoil.ui.requests import Request


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """Show them in the face of the reader's first biller, or of the invitation that was followed."""
    brand = None
    if request.user.is_authenticated:
        actor = cast(Request, request).actor
        payers = payer_queries.list_my_payers(actor=actor) if actor.kind == ActorKind.PAYER else []
        if payers:
            brand = biller_queries.get(biller_id=payers[0].biller_id).brand
    else:
        opened = adapter.find_invitation(request)
        brand = opened.brand if opened else None
    return render(request, "portal/help.html", {"brand": brand})
