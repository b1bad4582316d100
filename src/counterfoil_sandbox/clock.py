"""The sandbox's clock: real time plus an offset that each merchant carries in its own row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


def real_time() -> datetime:
    """The machine's own time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Where time comes from; a simulator passes its own `real`."""

    real: Callable[[], datetime] = real_time

    def at(self, offset_seconds: int) -> datetime:
        """The instant on a clock that runs `offset_seconds` ahead of real time."""
        return self.real() + timedelta(seconds=offset_seconds)


def iso(instant: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC with microseconds, or None."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if instant else None
