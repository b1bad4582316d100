"""Gateways' messages over HTTP: verified, stored and answered. What they mean is the worker's business."""

from __future__ import annotations

import http.client
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from bench import load, sites
from bench.ground import Ground
from bench.load import Unexpected, Visit
from bench.results import PAYING, Row
from counterfoil_sandbox import outbox

WORK = "bench_messages"
MOST_MS = 20.0


def measure(ground: Ground, source: str, *, seconds: float, commits: float) -> Row:
    """Send events one after the other, as a gateway does, each new and rightly signed."""
    ground.create(WORK, like=source)
    told: dict[str, Any] = ground.inside("inbound", WORK)
    with sites.product(ground, WORK) as site:
        taken = load.drive(
            _visit(site.port, told["path"], told["secret"]),
            clients=1,
            roots={"server": site.pid, "database": ground.database_pid},
            seconds=seconds,
            warm_up=1.0,
        )
    stored = ground.inside("inbound", WORK)["stored"] - told["stored"]
    if stored < taken.count:
        raise Unexpected(f"{taken.count} messages were accepted, {stored} are stored")
    return Row(
        group=PAYING,
        job="a gateway's message, from its arrival to our answer",
        where="50,000 invoices, 1 client",
        key="message",
        per_second=taken.per_second,
        p50_ms=taken.p50_ms,
        p99_ms=taken.p99_ms,
        cpu_ms=taken.cpu_ms("server", "database"),
        others=taken.used.others,
        commits=commits,
        goal=f"p99 at most {MOST_MS:.0f} ms",
        is_met=taken.p99_ms <= MOST_MS,
    )


def _visit(port: int, path: str, secret: str) -> Visit:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def visit(_: int) -> int:
        now = datetime.now(UTC)
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "type": "charge.captured",
            "created_at": now.isoformat(),
        }
        body = json.dumps({**event, "data": {"charge": {"key": secrets.token_hex(16), "token": ""}}}).encode()
        headers = {
            "Host": f"localhost:{port}",
            "Content-Type": "application/json",
            "Sandbox-Signature": outbox.sign(body, secret, now),
        }
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise Unexpected(f"{path} answers {answer.status}")
        return 1

    return visit
