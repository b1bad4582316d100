"""The sandbox as its own process: real HTTP, real webhooks, eight clients at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from counterfoil_sandbox import store


class Hook(BaseHTTPRequestHandler):
    """A merchant's webhook that fails the first time."""

    seen: list[dict[str, Any]]
    fail = 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        failing = type(self).fail > 0
        type(self).fail -= 1
        if not failing:
            self.seen.append(json.loads(body))
        self.send_response(503 if failing else 200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    seen: list[dict[str, Any]] = []
    server = ThreadingHTTPServer(("localhost", 0), type("Here", (Hook,), {"seen": seen}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/hook", seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def process(sandbox_database_url: str, base: store.Store, hook: tuple[str, Any]) -> Iterator[httpx.Client]:
    port = free_port()
    merchant = {
        "id": "mer_process",
        "name": "Process",
        "secret_key": "sk_process",
        "public_key": "pk_process",
        "webhook_url": hook[0],
        "webhook_secret": "whsec_process",
        "origins": ["http://localhost:8000"],
    }
    environment = {
        **os.environ,
        "SANDBOX_DATABASE_URL": sandbox_database_url,
        "SANDBOX_PORT": str(port),
        "SANDBOX_ADMIN_KEY": "admin",
        "SANDBOX_MERCHANTS": json.dumps([merchant]),
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "counterfoil_sandbox"], env=environment, stderr=subprocess.PIPE, text=True
    )
    client = httpx.Client(base_url=f"http://localhost:{port}", headers={"Authorization": "Bearer sk_process"})
    try:
        _wait_until(lambda: _healthy(client))
        yield client
    finally:
        client.close()
        running.terminate()
        _, said = running.communicate(timeout=20)
    assert "Traceback" not in said
    assert "4242424242424242" not in said


def _healthy(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def _wait_until(condition: Any, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.05)


def test_charges_webhooks_and_lost_answers(
    process: httpx.Client, hook: tuple[str, list[dict[str, Any]]]
) -> None:
    typed = {
        "merchant": "pk_process",
        "number": "4242424242424242",
        "exp": "12/40",
        "cvc": "123",
        "zip": "60601",
    }
    token = process.post("/fields/card", json=typed).json()["token"]
    body = {"amount_minor": 500, "currency": "USD", "token": token}

    def charge(number: int) -> str:
        answer = process.post("/v1/charges", json=body, headers={"Idempotency-Key": f"p{number % 8}"})
        return str(answer.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(charge, range(40)))
    assert len(set(ids)) == 8
    _wait_until(lambda: len({event["id"] for event in hook[1]}) == 8)
    assert {event["type"] for event in hook[1]} == {"charge.captured"}

    admin = {"Authorization": "Bearer admin"}
    process.post(
        "/v1/admin/faults", json={"merchant": "mer_process", "fault": "answer_lost_after"}, headers=admin
    )
    with pytest.raises(httpx.RemoteProtocolError):
        process.post("/v1/charges", json=body, headers={"Idempotency-Key": "lost"})
    assert process.get("/v1/charges/by-key/lost").json()["status"] == "captured"
    process.post("/v1/admin/clock", json={"merchant": "mer_process", "advance_days": 1}, headers=admin)
    _wait_until(lambda: "clock.advanced" in {event["type"] for event in hook[1]})
