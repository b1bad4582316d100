"""The life of a payment: inner states, and the public status of each."""

from __future__ import annotations

from typing import Final

from counterfoil.core.states import Machine

SUBMITTING, UNKNOWN, ACTION_NEEDED, PENDING = "submitting", "unknown", "action_needed", "pending"
SETTLED, DECLINED, RETURNED, CANCELED = "settled", "declined", "returned", "canceled"

PAYMENT: Final = Machine(
    {
        (SUBMITTING, PENDING): "payment.accepted",
        (SUBMITTING, SETTLED): "payment.settled",
        (SUBMITTING, DECLINED): "payment.declined",
        (SUBMITTING, ACTION_NEEDED): "payment.action_needed",
        (SUBMITTING, UNKNOWN): "payment.unknown",
        (SUBMITTING, CANCELED): "payment.canceled",
        (SUBMITTING, RETURNED): "payment.returned",
        (UNKNOWN, PENDING): "payment.accepted",
        (UNKNOWN, SETTLED): "payment.settled",
        (UNKNOWN, DECLINED): "payment.declined",
        (UNKNOWN, ACTION_NEEDED): "payment.action_needed",
        (UNKNOWN, CANCELED): "payment.canceled",
        (UNKNOWN, RETURNED): "payment.returned",
        (ACTION_NEEDED, PENDING): "payment.accepted",
        (ACTION_NEEDED, SETTLED): "payment.settled",
        (ACTION_NEEDED, DECLINED): "payment.declined",
        (ACTION_NEEDED, CANCELED): "payment.canceled",
        (ACTION_NEEDED, RETURNED): "payment.returned",
        (PENDING, SETTLED): "payment.settled",
        (PENDING, RETURNED): "payment.returned",
        (PENDING, CANCELED): "payment.canceled",
        (SETTLED, RETURNED): "payment.returned",
    },
    initial=[SUBMITTING, SETTLED],
)

IN_FLIGHT: Final = (SUBMITTING, UNKNOWN, ACTION_NEEDED, PENDING)
UNRESOLVED: Final = (SUBMITTING, UNKNOWN, ACTION_NEEDED)
FINISHED: Final = (DECLINED, RETURNED, CANCELED)

PUBLIC: Final = {
    SUBMITTING: "Pending",
    UNKNOWN: "Pending",
    PENDING: "Pending",
    ACTION_NEEDED: "Action needed",
    SETTLED: "Paid",
    DECLINED: "Declined",
    RETURNED: "Returned",
    CANCELED: "Canceled",
}
