"""The thread that lets time pass and posts events: one merchant's events in order, merchants side by side."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import httpx

from counterfoil_sandbox import engine, outbox

log = logging.getLogger("counterfoil_sandbox")
PAUSE_SECONDS = 1.0
POST_TIMEOUT_SECONDS = 10.0


class Courier:
    """Runs until stopped; woken at once when an event is made."""

    def __init__(self, sandbox: engine.Sandbox, *, lanes: int = 4) -> None:
        self._sandbox = sandbox
        self._http = httpx.Client(timeout=POST_TIMEOUT_SECONDS, trust_env=False)
        self._lanes = ThreadPoolExecutor(lanes, thread_name_prefix="courier")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin delivering."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the round under way and end."""
        self._stop.set()
        self._sandbox.news.set()
        self._thread.join(timeout=POST_TIMEOUT_SECONDS + 1)
        self._lanes.shutdown()
        self._http.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._sandbox.news.clear()
                self._sandbox.tick_all()
                if self.deliver_once():
                    continue
            except Exception:
                log.exception("The courier stumbled and goes on")
            self._sandbox.news.wait(PAUSE_SECONDS)

    def deliver_once(self) -> int:
        """One round over everything that is due; how many were taken."""
        due = self._sandbox.outbox.due(self._sandbox.clock.real())
        lanes: dict[str, list[outbox.Delivery]] = defaultdict(list)
        for delivery in due:
            lanes[delivery.merchant_id].append(delivery)
        list(self._lanes.map(self._deliver, lanes.values()))
        return len(due)

    def _deliver(self, lane: list[outbox.Delivery]) -> None:
        box, real = self._sandbox.outbox, self._sandbox.clock.real
        for delivery in lane:
            try:
                answer = self._http.post(delivery.url, content=delivery.body, headers=delivery.headers)
            except httpx.HTTPError as error:
                box.failed(delivery.seq, real(), answer=type(error).__name__)
                continue
            if answer.is_success:
                box.delivered([delivery.seq], real())
            else:
                box.failed(delivery.seq, real(), answer=str(answer.status_code))
