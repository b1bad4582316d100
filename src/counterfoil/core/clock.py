"""The one place that asks what time it is. Only interfaces ask; everything below gets `now` as an argument.

In an installation marked demo an offset, kept in one row, is added, so that four bank days can pass in a
minute.
Sign-in, one-time codes and rate limits stay on `real_now`.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from counterfoil.core import errors

CACHE_SECONDS: Final = 1.0


class NotADemo(errors.CounterfoilError):
    """The clock of a live installation was asked to move."""

    code = "not_a_demo"


class _Cache:
    """What this process last read, and until when (monotonic) it believes it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0
        self.offset = 0


_cache = _Cache()


def real_now() -> datetime:
    """Return the machine's own time, aware, in UTC. For sign-in, one-time codes and rate limits."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the installation's time, aware, in UTC: the machine's, plus the demo's offset in a demo."""
    if not _is_demo():
        return real_now()
    return real_now() + timedelta(seconds=offset_seconds())


def offset_seconds() -> int:
    """Return by how many seconds a demo's clock is ahead; at most a second old in this process."""
    if not _is_demo():
        return 0
    with _cache.lock:
        if time.monotonic() < _cache.until:
            return _cache.offset
    with connection.cursor() as cursor:
        cursor.execute("SELECT offset_seconds FROM core_clock")
        row = cursor.fetchone()
    return _remember(int(row[0]) if row else 0)


def set_offset(seconds: int) -> None:
    """Put the demo's clock `seconds` ahead of the machine's.

    :raises NotADemo: the installation is live.
    """
    _write(
        "INSERT INTO core_clock (id, offset_seconds) VALUES (1, %s)"
        " ON CONFLICT (id) DO UPDATE SET offset_seconds = excluded.offset_seconds RETURNING offset_seconds",
        seconds,
    )


def advance(seconds: int) -> None:
    """Move the demo's clock on by `seconds`.

    :raises NotADemo: the installation is live.
    :raises ValueError: `seconds` is negative; time does not run backwards.
    """
    if seconds < 0:
        raise ValueError("a clock is advanced, never turned back")
    _write(
        "INSERT INTO core_clock (id, offset_seconds) VALUES (1, %s)"
        " ON CONFLICT (id) DO UPDATE SET offset_seconds = core_clock.offset_seconds + excluded.offset_seconds"
        " RETURNING offset_seconds",
        seconds,
    )


def forget() -> None:
    """Drop what this process remembers of the offset, so that the next question reads the row."""
    with _cache.lock:
        _cache.until = 0.0


def _write(statement: str, seconds: int) -> None:
    if not _is_demo():
        raise NotADemo("the clock of a live installation cannot be moved")
    with connection.cursor() as cursor:
        cursor.execute(statement, [seconds])
        row = cursor.fetchone()
    _remember(int(row[0]))


def _remember(offset: int) -> int:
    with _cache.lock:
        _cache.offset, _cache.until = offset, time.monotonic() + CACHE_SECONDS
    return offset


def _is_demo() -> bool:
    return bool(settings.COUNTERFOIL_INSTALLATION == "demo")
