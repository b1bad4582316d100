"""Both listeners together, for the process and for tests."""

from __future__ import annotations

import contextlib
import socketserver
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from counterfoil_mailbox import catcher
from counterfoil_mailbox.store import Store
from counterfoil_mailbox.web import Application


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 15  # a browser's idle connection must not hold a thread for ever

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: addresses of messages are nobody's business in a log."""


@contextlib.contextmanager
def running(*, folder: Path, host: str, http_port: int, smtp_port: int) -> Iterator[WSGIServer]:
    """Take mail, and give the page's server, which the caller runs by `serve_forever()`."""
    store = Store(folder)
    smtp = catcher.controller(store, host=host, port=smtp_port)
    with make_server(host, http_port, Application(store), server_class=_Server, handler_class=_Quiet) as web:
        smtp.start()
        try:
            yield web
        finally:
            smtp.stop()
