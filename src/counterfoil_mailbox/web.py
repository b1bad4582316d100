"""The HTTP side: pages for people, JSON for tests. A WSGI application without a framework."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from counterfoil_mailbox import pages
from counterfoil_mailbox.messages import Message
from counterfoil_mailbox.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CSS = (Path(__file__).parent / "static" / "style.css").read_bytes()
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# A mail is written with inline styles; it may have those and nothing that runs or calls home.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
FIXED = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
LARGEST_SMS = 64 * 1024
INLINE = {"application/pdf", "image/png", "image/jpeg", "text/plain"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)


class Application:
    """The mailbox as a WSGI callable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            ("GET", re.compile(r"/"), self._list),
            ("GET", re.compile(r"/style\.css"), self._style),
            ("GET", re.compile(r"/messages\.json"), self._list_json),
            ("GET", re.compile(r"/messages/([\w-]+)\.json"), self._message_json),
            ("GET", re.compile(r"/messages/([\w-]+)"), self._message),
            ("GET", re.compile(r"/messages/([\w-]+)/html"), self._html),
            ("GET", re.compile(r"/messages/([\w-]+)/source"), self._source),
            ("GET", re.compile(r"/messages/([\w-]+)/attachments/(\d+)"), self._attachment),
            ("POST", re.compile(r"/sms"), self._sms),
            ("POST", re.compile(r"/delete"), self._delete_by_form),
            ("DELETE", re.compile(r"/messages"), self._delete),
        ]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(environ)
        headers = {
            **FIXED,
            "Content-Security-Policy": PAGE_POLICY,
            "Content-Type": answer.type,
            "Content-Length": str(len(answer.body)),
            **answer.headers,
        }
        start_response(f"{answer.status.value} {answer.status.phrase}", list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        method = environ["REQUEST_METHOD"].replace("HEAD", "GET")
        path = environ.get("PATH_INFO", "/")
        if method != "GET" and not _is_own(environ):
            return _json({"error": "Another site may not do this."}, HTTPStatus.FORBIDDEN)
        for wanted, pattern, handler in self._routes:
            found = pattern.fullmatch(path)
            if found and wanted == method:
                return handler(environ, *found.groups())
        return _missing()

    def _list(self, environ: WSGIEnvironment) -> Answer:
        to = _query(environ, "to")
        return Answer(pages.listing(self._store.all(to=to), to=to).encode())

    def _style(self, _environ: WSGIEnvironment) -> Answer:
        return Answer(CSS, type="text/css; charset=utf-8")

    def _list_json(self, environ: WSGIEnvironment) -> Answer:
        found = self._store.all(to=_query(environ, "to"))
        return _json({"messages": [message.as_json() for message in found]})

    def _message_json(self, _environ: WSGIEnvironment, message_id: str) -> Answer:
        return self._of(message_id, lambda message: _json(message.as_json()))

    def _message(self, _environ: WSGIEnvironment, message_id: str) -> Answer:
        return self._of(message_id, lambda message: Answer(pages.message(message).encode()))

    def _html(self, _environ: WSGIEnvironment, message_id: str) -> Answer:
        def show(message: Message) -> Answer:
            body = f'<base target="_blank">{message.html}'.encode()
            return Answer(body, headers={"Content-Security-Policy": MAIL_POLICY})

        return self._of(message_id, show)

    def _source(self, _environ: WSGIEnvironment, message_id: str) -> Answer:
        return self._of(
            message_id, lambda message: Answer(message.source.encode(), type="text/plain; charset=utf-8")
        )

    def _attachment(self, _environ: WSGIEnvironment, message_id: str, number: str) -> Answer:
        def show(message: Message) -> Answer:
            if not 0 < int(number) <= len(message.attachments):
                return _missing()
            file = message.attachments[int(number) - 1]
            name = quote(file.name, safe="")
            return Answer(
                file.content,
                type=file.type if file.type in INLINE else "application/octet-stream",
                headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
            )

        return self._of(message_id, show)

    def _sms(self, environ: WSGIEnvironment) -> Answer:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if size > LARGEST_SMS:
            return _json({"error": "Too long for a text message."}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            given = json.loads(environ["wsgi.input"].read(size))
            to, sender, text = str(given["to"]), str(given.get("from", "")), str(given["text"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return _json({"error": "Send JSON with to, from and text."}, HTTPStatus.BAD_REQUEST)
        return _json({"id": self._store.add_sms(to=to, sender=sender, text=text)}, HTTPStatus.CREATED)

    def _delete(self, _environ: WSGIEnvironment) -> Answer:
        self._store.delete_all()
        return Answer(status=HTTPStatus.NO_CONTENT)

    def _delete_by_form(self, _environ: WSGIEnvironment) -> Answer:
        self._store.delete_all()
        return Answer(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})

    def _of(self, message_id: str, show: Callable[[Message], Answer]) -> Answer:
        message = self._store.find(message_id)
        return show(message) if message else _missing()


def _is_own(environ: WSGIEnvironment) -> bool:
    """Tell whether a change is asked by this site's own page or by a program, not by another site's page."""
    origin = environ.get("HTTP_ORIGIN")
    return origin in (None, f"http://{environ.get('HTTP_HOST', '')}")


def _query(environ: WSGIEnvironment, name: str) -> str:
    query: str = environ.get("QUERY_STRING", "")
    return parse_qs(query).get(name, [""])[0]


def _json(content: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(json.dumps(content).encode(), type="application/json", status=status)


def _missing() -> Answer:
    return Answer(pages.not_found().encode(), status=HTTPStatus.NOT_FOUND)
