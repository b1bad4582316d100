"""The skeleton of paying: four requests, two commits and the gateway's call; no ledger, audit, outbox or receipt."""

from __future__ import annotations

import secrets

import httpx
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from bench.sites import MERCHANT
from counterfoil.invoices.models import Invoice
from counterfoil.methods.models import PaymentMethod
from counterfoil.payers.models import PortalAccess

_gateway = httpx.Client(
    base_url=settings.COUNTERFOIL_SANDBOX_URL, headers={"Authorization": f"Bearer {MERCHANT['secret_key']}"}
)


def _mine(request: HttpRequest, ref: str) -> Invoice:
    mine = PortalAccess.objects.filter(login=request.user, ended_at=None).values("payer_id")
    rows = Invoice.objects.filter(payer_id__in=mine).select_related("account")
    return get_object_or_404(rows, public_id=ref)


@login_required
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """Request 1: the invoice, and how to pay it."""
    invoice = _mine(request, ref)
    methods = PaymentMethod.objects.filter(payer_id=invoice.payer_id, status="active")
    return render(request, "plain/choose.html", {"invoice": invoice, "methods": methods})


@login_required
def verify(request: HttpRequest, ref: str) -> HttpResponse:
    """Request 2: what it comes to."""
    invoice = _mine(request, ref)
    method = get_object_or_404(PaymentMethod, public_id=request.POST["method"], payer_id=invoice.payer_id)
    return render(
        request, "plain/verify.html", {"invoice": invoice, "method": method, "key": secrets.token_hex(12)}
    )


@login_required
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Request 3: a row before the call, the call, and what it said."""
    invoice = _mine(request, ref)
    method = get_object_or_404(PaymentMethod, public_id=request.POST["method"], payer_id=invoice.payer_id)
    key = request.POST["key"]
    with transaction.atomic(), connection.cursor() as cursor:
        locked = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
        cursor.execute(
            "INSERT INTO skeleton_payment (key, invoice_id, amount_minor, status) VALUES (%s, %s, %s, 'submitting')"
            " RETURNING id",
            [key, locked.pk, locked.open_minor],
        )
        payment_id = cursor.fetchone()[0]
    body = {
        "amount_minor": locked.open_minor,
        "currency": "USD",
        "token": method.token,
        "reference": str(payment_id),
        "description": "Bench Court",
        "initiated_by": "payer",
        "return_url": "http://localhost/",
    }
    answer = _gateway.post("/v1/charges", json=body, headers={"Idempotency-Key": key}).json()
    with transaction.atomic(), connection.cursor() as cursor:
        locked = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
        cursor.execute(
            "UPDATE skeleton_payment SET status = %s, gateway_ref = %s WHERE id = %s",
            [answer["status"], answer["id"], payment_id],
        )
        locked.open_minor, locked.status = 0, "paid"
        locked.save(update_fields=["open_minor", "status"])
    return HttpResponseRedirect(f"/paid/{payment_id}/")


@login_required
def paid(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Request 4: the page that says so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, amount_minor, gateway_ref, invoice_id FROM skeleton_payment WHERE id = %s",
            [payment_id],
        )
        status, amount, gateway_ref, invoice_id = cursor.fetchone()
    invoice = Invoice.objects.select_related("account").get(pk=invoice_id)
    values = {"status": status, "amount": amount, "gateway_ref": gateway_ref, "invoice": invoice}
    return render(request, "plain/paid.html", values)
