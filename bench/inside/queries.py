"""How many queries a page takes: one request in this process, after one that warms up."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def run(pages: dict[str, tuple[str, str]]) -> dict[str, int]:
    """Return the number of queries of each page, which is told by its session and path."""
    return {name: _queries(session, path) for name, (session, path) in pages.items()}


def _queries(session: str, path: str) -> int:
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return len(queries)
