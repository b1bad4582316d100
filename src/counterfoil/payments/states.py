"""The life of a payment: inner states, and the public status of each."""

from __future__ import annotations

from typing import Final

from counterfoil.core.states import Machine

SUBMITTING, UNKNOWN, ACTION_NEEDED, PENDING = "submitting", "unknown", "action_needed", "pending"
SETTLED, DECLINED, RETURNED, CANCELED = "settled", "declined", "returned", "canceled"
REFUNDED = "refunded"
# Submitted from an account whose two small amounts are still to be typed in (NA-08): nothing was sent yet.
AWAITING_VALIDATION = "awaiting_validation"

PAYMENT: Final = Machine(
    {
        (AWAITING_VALIDATION, SUBMITTING): "payment.validated",
        (AWAITING_VALIDATION, CANCELED): "payment.canceled",
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
        # All of it was given back; a part leaves it Paid (product.md 1). A refund can come back, and a debit too.
        (SETTLED, REFUNDED): "payment.refunded",
        (REFUNDED, SETTLED): "payment.refund_undone",
        (REFUNDED, RETURNED): "payment.returned",
    },
    initial=[SUBMITTING, SETTLED, AWAITING_VALIDATION],
)

IN_FLIGHT: Final = (SUBMITTING, UNKNOWN, ACTION_NEEDED, PENDING, AWAITING_VALIDATION)
UNRESOLVED: Final = (SUBMITTING, UNKNOWN, ACTION_NEEDED)
PAID: Final = (SETTLED, REFUNDED)
FINISHED: Final = (DECLINED, RETURNED, CANCELED)

PUBLIC: Final = {
    SUBMITTING: "Pending",
    UNKNOWN: "Pending",
    PENDING: "Pending",
    ACTION_NEEDED: "Action needed",
    AWAITING_VALIDATION: "Action needed",
    SETTLED: "Paid",
    DECLINED: "Declined",
    RETURNED: "Returned",
    CANCELED: "Canceled",
    REFUNDED: "Refunded",
}
