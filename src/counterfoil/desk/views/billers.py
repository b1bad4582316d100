"""Where the desk is entered."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.desk import desk as desks
from counterfoil.desk.desk import Desk
from counterfoil.identity import permissions


@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Lead to the biller where this person works; let them choose where there are several."""
    try:
        billers = biller_queries.list_for_staff(actor=desks.actor_of(request))
    except errors.NotPermitted as error:
        raise Http404 from error
    if len(billers) == 1:
        return HttpResponseRedirect(reverse("desk-biller", args=[billers[0].key]))
    return render(request, "desk/choose.html", {"billers": [(biller.key, biller.name) for biller in billers]})


@require_safe
@desks.page(permissions.SEE_ACCOUNTS)
def enter(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """Lead to the biller's accounts."""
    return HttpResponseRedirect(desk.path("desk-accounts"))
