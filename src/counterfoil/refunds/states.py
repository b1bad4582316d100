"""The life of a refund. One that failed is never sent again: staff may begin another."""

from __future__ import annotations

from typing import Final

from counterfoil.core.states import Machine

SUBMITTING, UNKNOWN, PENDING, REFUNDED, FAILED = "submitting", "unknown", "pending", "refunded", "failed"

REFUND: Final = Machine(
    {
        (SUBMITTING, PENDING): "refund.accepted",
        (SUBMITTING, REFUNDED): "refund.paid",
        (SUBMITTING, FAILED): "refund.failed",
        (SUBMITTING, UNKNOWN): "refund.unknown",
        (UNKNOWN, PENDING): "refund.accepted",
        (UNKNOWN, REFUNDED): "refund.paid",
        (UNKNOWN, FAILED): "refund.failed",
        (PENDING, REFUNDED): "refund.paid",
        (PENDING, FAILED): "refund.failed",
        # The bank did not take it, and sent the money back to us.
        (REFUNDED, FAILED): "refund.came_back",
    },
    initial=[SUBMITTING],
)

UNRESOLVED: Final = (SUBMITTING, UNKNOWN)
IN_FLIGHT: Final = (SUBMITTING, UNKNOWN, PENDING)
LIVE: Final = (*IN_FLIGHT, REFUNDED)

PUBLIC: Final = {
    SUBMITTING: "Pending",
    UNKNOWN: "Pending",
    PENDING: "Pending",
    REFUNDED: "Refunded",
    FAILED: "Failed",
}
