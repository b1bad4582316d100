"""HTTP to the sandbox: one connection pool per address, short limits, never a retry."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from counterfoil.gateways.sandbox import settings

# A payer waits for this call: 2 s to connect, 6 s for the answer.
TIMEOUT = httpx.Timeout(6.0, connect=2.0)
_lock = threading.Lock()
_clients: dict[str, httpx.Client] = {}


class Lost(Exception):
    """No answer, or none that can be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status and JSON object."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The code of an error answer, or nothing."""
        error = self.body.get("error")
        return str(error.get("code", "")) if isinstance(error, dict) else ""


def mount(*, base_url: str, transport: httpx.BaseTransport | None) -> None:
    """Answer calls to an address by a transport in this process; None goes back to the network."""
    with _lock:
        old = _clients.pop(base_url.rstrip("/"), None)
        if transport is not None:
            _clients[base_url.rstrip("/")] = httpx.Client(transport=transport, timeout=TIMEOUT)
    if old is not None:
        old.close()


def _client(base_url: str) -> httpx.Client:
    found = _clients.get(base_url)
    if found is None:
        with _lock:
            found = _clients.get(base_url)
            if found is None:
                limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
                found = httpx.Client(timeout=TIMEOUT, limits=limits, trust_env=False)
                _clients[base_url] = found
    return found


class Client:
    """Calls of one merchant."""

    def __init__(self, config: settings.SandboxSettings) -> None:
        self._config = config

    def call(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send once and read the JSON that comes back; each piece of the path is quoted. Raises `Lost`."""
        url = "/".join((self._config.base_url, *(quote(piece, safe="") for piece in path)))
        try:
            answer = _client(self._config.base_url).request(
                method,
                url,
                json=body,
                params=query,
                headers={"Authorization": f"Bearer {self._config.secret_key}", **(headers or {})},
            )
            found = json.loads(answer.content)
        except (httpx.HTTPError, OSError) as error:
            raise Lost(type(error).__name__) from error
        except ValueError as error:
            raise Lost("unreadable answer") from error
        if not isinstance(found, dict):
            raise Lost("unreadable answer")
        return Answer(answer.status_code, found)
