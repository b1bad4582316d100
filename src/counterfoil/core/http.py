"""What keeps a slow gateway from stopping every other page: a bulkhead and a breaker, in each process.

At most half of a process's threads may wait for gateways at once. Five unknown outcomes of one gateway
within a
minute open its breaker for half a minute: calls are put off to a job, and the payer sees the same page.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings

from counterfoil.core import errors

UNKNOWN_LIMIT: Final = 5
WINDOW_SECONDS: Final = 60.0
OPEN_SECONDS: Final = 30.0
DEFAULT_THREADS: Final = 4
# A gateway in good health gives its slot back in a few hundredths of a second: that is worth a person's wait.
SLOT_SECONDS: Final = 0.25
CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 6.0


class Busy(errors.CounterfoilError):
    """No call now: too many threads wait already, or the gateway has not been answering.

    Let a job make it.
    """

    code = "gateway_busy"


class Breaker:
    """Remembers the unknown outcomes of one gateway. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._unknown: deque[float] = deque(maxlen=UNKNOWN_LIMIT)
        self._open_until = 0.0

    def note_unknown(self, *, at: float) -> None:
        """Count an outcome that nobody knows; the fifth within a minute opens the breaker."""
        self._unknown.append(at)
        full = len(self._unknown) == UNKNOWN_LIMIT
        if full and at - self._unknown[0] <= WINDOW_SECONDS:
            self._open_until = at + OPEN_SECONDS
            # One more unknown after the pause opens it again; an answer closes it for good.
            self._unknown.popleft()

    def note_answer(self) -> None:
        """Forget what was counted: the gateway answers."""
        self._unknown.clear()
        self._open_until = 0.0

    def is_open(self, *, at: float) -> bool:
        """Tell whether calls are put off."""
        return at < self._open_until


class Bulkhead:
    """The slots of one process, and a breaker for each gateway connection."""

    def __init__(self, *, slots: int) -> None:
        self._lock = threading.Condition()
        self._free = slots
        self._breakers: dict[str, Breaker] = {}

    @contextmanager
    def enter(self, gateway_key: str, *, at: float, patience: float = 0.0) -> Iterator[None]:
        """Hold a slot while the block waits for the gateway; wait for one at most `patience` seconds.

        :raises Busy: no slot came free, or the gateway's breaker is open.
        """
        with self._lock:
            if self._breaker(gateway_key).is_open(at=at):
                raise Busy(f"{gateway_key} has not been answering")
            if not self._lock.wait_for(lambda: self._free > 0, timeout=patience):
                raise Busy("half of the threads wait for gateways already")
            self._free -= 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._lock.notify()

    def note_unknown(self, gateway_key: str, *, at: float) -> None:
        """Count an unknown outcome of this gateway."""
        with self._lock:
            self._breaker(gateway_key).note_unknown(at=at)

    def note_answer(self, gateway_key: str) -> None:
        """Note that this gateway answered."""
        with self._lock:
            self._breaker(gateway_key).note_answer()

    def _breaker(self, gateway_key: str) -> Breaker:
        return self._breakers.setdefault(gateway_key, Breaker())


class _Process:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bulkhead: Bulkhead | None = None


_process = _Process()


@contextmanager
def bulkhead(gateway_key: str) -> Iterator[None]:
    """Hold one of this process's slots while the block waits for a gateway. A page waits a moment for a slot.

    :raises Busy: no slot is free, or the gateway's breaker is open.
    """
    patience = SLOT_SECONDS if settings.COUNTERFOIL_PROCESS == "web" else 0.0
    with _bulkhead().enter(gateway_key, at=time.monotonic(), patience=patience):
        yield


def note_unknown(gateway_key: str) -> None:
    """Count an outcome of this gateway that nobody knows, now."""
    _bulkhead().note_unknown(gateway_key, at=time.monotonic())


def note_answer(gateway_key: str) -> None:
    """Note that this gateway answered, whatever the answer was."""
    _bulkhead().note_answer(gateway_key)


def forget() -> None:
    """Begin anew: every slot free, every breaker closed."""
    with _process.lock:
        _process.bulkhead = None


def _bulkhead() -> Bulkhead:
    with _process.lock:
        if _process.bulkhead is None:
            threads = int(getattr(settings, "COUNTERFOIL_WEB_THREADS", DEFAULT_THREADS))
            _process.bulkhead = Bulkhead(slots=max(1, threads // 2))
        return _process.bulkhead
