"""The life of a request: the payer asks, staff answer, either may write again, either closes it."""

from __future__ import annotations

from typing import Final

from counterfoil.core.states import Machine

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"

REQUEST: Final = Machine(
    {
        (OPEN, ANSWERED): "request.answered",
        (ANSWERED, OPEN): "request.reopened",
        (OPEN, CLOSED): "request.closed",
        (ANSWERED, CLOSED): "request.closed",
    },
    initial=[OPEN],
)

# What pages show; a request that is open waits for staff.
SHOWN: Final = {OPEN: "Waiting for an answer", ANSWERED: "Answered", CLOSED: "Closed"}
