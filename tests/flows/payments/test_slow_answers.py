"""A gateway that answers late, over real HTTP: whoever runs out of patience knows nothing, and asks (engine.md 8)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest

from counterfoil.core.actor import WORKER
from counterfoil.flows.payments import resolve_unknown
from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import app
from tests.factories.world import World


class Server(ThreadingMixIn, WSGIServer):
    """Answers each request in a thread of its own; closing it waits until the last one is done."""


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class To(httpx.HTTPTransport):
    """The way to a server at a port of this machine, whatever its name."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it there."""
        request.url = request.url.copy_with(host="localhost", port=self._port)
        return super().handle_request(request)


@contextmanager
def served(built: app.App) -> Iterator[int]:
    """Serve the sandbox at a port of this machine; at the end all that it was asked to do is done."""
    with make_server("localhost", 0, built, server_class=Server, handler_class=Quiet) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            running.join()


@pytest.mark.parametrize(("patience", "left"), [(6.0, "settled"), (0.2, "unknown")])
def test_a_request_that_runs_out_of_time_leaves_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch, patience: float, left: str
) -> None:
    invoice, card = world.invoice(), world.card()
    world.sandbox.app.sandbox.sleep = time.sleep
    world.sandbox.arm("slow", seconds=1)
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(patience, connect=2.0))
    with served(world.sandbox.app) as port:
        client.mount(base_url=world.sandbox.base_url, transport=To(port))
        payment = world.pay(card, [(invoice.public_id, invoice.total_minor)])
    client.mount(base_url=world.sandbox.base_url, transport=world.sandbox.transport)
    assert payment.status == left
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]

    world.sandbox.wait(minutes=2)
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).status == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert world.outstanding == 0
