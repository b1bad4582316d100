"""The little that is needed of the web: a request, a response, routes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from counterfoil_sandbox import errors

MAX_BODY_BYTES = 65_536
REASONS = {
    200: "OK",
    303: "See Other",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    500: "Internal Server Error",
}


@dataclass(frozen=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    environ: Mapping[str, Any] = field(repr=False)

    @property
    def bearer(self) -> str:
        """The key of the Authorization header, or nothing."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else ""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ApiError 400."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError as wrong:
            raise errors.ApiError(400, "invalid_request", "The body is not JSON.") from wrong
        if not isinstance(found, dict):
            raise errors.ApiError(400, "invalid_request", "The body is not a JSON object.")
        return found

    def form(self) -> dict[str, str]:
        """The body as form fields; the last of a name counts."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass
class Response:
    """One answer."""

    status: int
    body: bytes
    headers: list[tuple[str, str]]


Handler: TypeAlias = Callable[..., Response]
Route: TypeAlias = tuple[str, re.Pattern[str], Handler]


def route(method: str, pattern: str, handler: Handler) -> Route:
    """A route; `<name>` in the pattern is one piece of the path, given to the handler by name."""
    return method, re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", pattern) + r"\Z"), handler


def find(routes: Iterable[Route], request: Request) -> tuple[Handler, dict[str, str]]:
    """The handler for a request. Raises ApiError 404 or 405."""
    other_method = False
    for method, pattern, handler in routes:
        if found := pattern.match(request.path):
            if method == request.method:
                return handler, found.groupdict()
            other_method = True
    if other_method:
        raise errors.ApiError(405, "method_not_allowed", "Not this way.")
    raise errors.ApiError(404, "no_such_page", "There is nothing at this address.")


def read(environ: Mapping[str, Any]) -> Request:
    """A request from a WSGI environ. Raises ApiError 413 for a body that is too large."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError as wrong:
        raise errors.ApiError(400, "invalid_request", "Content-Length is not a number.") from wrong
    if length > MAX_BODY_BYTES:
        raise errors.ApiError(413, "too_large", "The body is too large.")
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace"),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
        environ=environ,
    )


def answer_json(values: Any, *, status: int = 200) -> Response:
    """An answer in JSON, never cached."""
    return Response(
        status,
        json.dumps(values).encode(),
        [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
    )


def answer_error(error: errors.ApiError) -> Response:
    """The error as the API shows it."""
    return answer_json({"error": {"code": error.code, "message": str(error)}}, status=error.status)


def answer_page(html: str, *, csp: str, status: int = 200, referrer: str = "no-referrer") -> Response:
    """A page under a strict policy; `csp` adds frame-ancestors and form-action."""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; {csp}"
    )
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", referrer),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]
    return Response(status, html.encode(), headers)


def redirect(url: str) -> Response:
    """Go and get another page (303)."""
    return Response(
        303, b"", [("Location", url), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]
    )
