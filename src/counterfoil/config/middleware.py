"""What every answer carries, and the one line every request leaves in the log."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import Final, cast

from django.http import HttpRequest, HttpResponse

from counterfoil.ui.requests import Csp, Request

log = logging.getLogger("counterfoil.web")
GetResponse = Callable[[HttpRequest], HttpResponse]
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestLine:
    """Logs method, route, status and time. Never the path, the query or the body: those may hold secrets."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and log."""
        began = time.perf_counter()
        cast(Request, request).request_id = secrets.token_hex(8)
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            extra={
                "method": request.method,
                "route": match.route if match else "",
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "request_id": cast(Request, request).request_id,
            },
        )
        return response


class Headers:
    """Sends the content security policy and its companions, and forbids keeping pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers; a view may have set its own Cache-Control."""
        ours = cast(Request, request)
        ours.csp = Csp()
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = ours.csp.header()
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["X-Request-Id"] = ours.request_id
        return response
