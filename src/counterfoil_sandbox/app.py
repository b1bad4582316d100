"""The WSGI callable: finds the handler, answers, and on purpose sometimes does not."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from counterfoil_sandbox import (
    admin,
    api,
    books_page,
    clock,
    decisions,
    engine,
    errors,
    hosted,
    http,
    refunds_api,
    store,
)

log = logging.getLogger("counterfoil_sandbox")
STATIC = {"sandbox.css": "text/css; charset=utf-8", "fields.js": "text/javascript; charset=utf-8"}
StartResponse = Callable[..., Any]


def _static(_sandbox: engine.Sandbox, _request: http.Request, name: str) -> http.Response:
    if name not in STATIC:
        raise errors.ApiError(404, "no_such_page", "There is nothing at this address.")
    body = (Path(__file__).parent / "static" / name).read_bytes()
    headers = [
        ("Content-Type", STATIC[name]),
        ("Cache-Control", "max-age=300"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return http.Response(200, body, headers)


def _health(sandbox: engine.Sandbox, _request: http.Request) -> http.Response:
    with sandbox.store.session() as db:
        db.execute("SELECT 1")
    return http.answer_json({"ok": True})


ROUTES = (
    *api.ROUTES,
    *refunds_api.ROUTES,
    *hosted.ROUTES,
    *decisions.ROUTES,
    *admin.ROUTES,
    *books_page.ROUTES,
    http.route("GET", "/static/<name>", _static),
    http.route("GET", "/healthz", _health),
)


class App:
    """A WSGI application around one sandbox."""

    def __init__(self, sandbox: engine.Sandbox) -> None:
        self.sandbox = sandbox

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; a lost answer closes the connection, or raises in process."""
        try:
            request = http.read(environ)
            handler, named = http.find(ROUTES, request)
            answer = handler(self.sandbox, request, **named)
        except errors.ApiError as error:
            answer = http.answer_error(error)
        except errors.LostAnswer:
            return _hang_up(environ)
        except Exception as error:
            # Neither path nor body: a page address has no secrets, but a body may hold a card number.
            log.exception("%s failed: %s", environ["REQUEST_METHOD"], type(error).__name__)
            answer = http.answer_error(errors.ApiError(500, "internal_error", "Something went wrong."))
        reason = http.REASONS.get(answer.status, "Unknown")
        start_response(
            f"{answer.status} {reason}", [*answer.headers, ("Content-Length", str(len(answer.body)))]
        )
        return [answer.body]


def _hang_up(environ: dict[str, Any]) -> Iterable[bytes]:
    connection = environ.get("gunicorn.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    raise errors.LostAnswer("no answer, as asked")


def build(base: store.Store, time_source: clock.Clock, **options: Any) -> App:
    """The application over a prepared store and a clock; `options` as for `engine.Sandbox`."""
    return App(engine.Sandbox(base, time_source, **options))
