"""The life of one delivery of a notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from counterfoil.core.states import Machine

QUEUED, SENDING, RETRYING, SENT, FAILED = "queued", "sending", "retrying", "sent", "failed"

DELIVERY: Final = Machine(
    {
        (QUEUED, SENDING): "delivery.started",
        (RETRYING, SENDING): "delivery.started",
        (SENDING, SENT): "delivery.sent",
        (SENDING, RETRYING): "delivery.retrying",
        (SENDING, FAILED): "delivery.failed",
    },
    initial=[QUEUED],
)

WAITING: Final = (QUEUED, RETRYING)
UNDELIVERED: Final = (QUEUED, RETRYING, SENDING)

# How long to wait after the first, second ... failed try. Past the last one the delivery has failed.
BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 60, 120, 240, 480))
# A try that did not come back within this time belongs to a process that is gone.
LEASE: Final = timedelta(minutes=5)


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after this many failed tries, or None when it is given up."""
    return BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else None
