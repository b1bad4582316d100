"""A list of 24 rows behind a login, as the tutorial would write it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from counterfoil.invoices.models import Invoice
from counterfoil.payers.models import PortalAccess


def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@login_required
def invoices(request: HttpRequest) -> HttpResponse:
    """Three queries: session, login, and the rows with their account."""
    mine = PortalAccess.objects.filter(login=request.user, ended_at=None).values("payer_id")
    rows = Invoice.objects.filter(payer_id__in=mine).select_related("account").order_by("-due_on", "-id")[:24]
    return render(request, "plain/list.html", {"rows": rows})
