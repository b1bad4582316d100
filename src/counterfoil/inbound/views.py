"""One door for all gateways' messages: verify, store raw, answer. What they mean is the worker's business."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from counterfoil.core import clock, errors
from counterfoil.flows.gateway_events import receive
from counterfoil.gateways import base


@csrf_exempt
@require_POST
def message(request: HttpRequest, gateway_key: str, connection_ref: str) -> HttpResponse:
    """Take one message. A wrong signature and an unknown connection get the same answer, and leave nothing."""
    del gateway_key  # for people who read addresses; the connection says which gateway it is
    if int(request.headers.get("Content-Length") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return HttpResponse(status=413)
    try:
        receive.run(
            now=clock.now(),
            real_now=clock.real_now(),
            connection_ref=connection_ref,
            body=request.body,
            headers=request.headers,
        )
    except (base.Forged, errors.NotFound):
        return HttpResponse(status=400)
    return HttpResponse(status=200)
