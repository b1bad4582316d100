"""The life of a scheduled payment, and of an enrollment in autopay."""

from __future__ import annotations

from typing import Final

from counterfoil.core.states import Machine

SCHEDULED, RUNNING, SUBMITTED, CANCELED, SKIPPED = "scheduled", "running", "submitted", "canceled", "skipped"
ACTIVE, PAUSED, ENDED = "active", "paused", "ended"

SCHEDULE: Final = Machine(
    {
        (SCHEDULED, RUNNING): "schedule.begun",
        (RUNNING, SUBMITTED): "schedule.submitted",
        (RUNNING, SCHEDULED): "schedule.postponed",
        (RUNNING, CANCELED): "schedule.canceled",
        (SCHEDULED, CANCELED): "schedule.canceled",
        (SCHEDULED, SKIPPED): "schedule.skipped",
    },
    initial=[SCHEDULED, SKIPPED],
)

ENROLLMENT: Final = Machine(
    {
        (ACTIVE, PAUSED): "autopay.paused",
        (PAUSED, ACTIVE): "autopay.resumed",
        (ACTIVE, ENDED): "autopay.ended",
        (PAUSED, ENDED): "autopay.ended",
    },
    initial=[ACTIVE],
)

# Still to be taken: counted as *set for later* beside the outstanding balance.
OPEN: Final = (SCHEDULED, RUNNING)
LIVING: Final = (ACTIVE, PAUSED)

PUBLIC: Final = {
    SCHEDULED: "Scheduled",
    RUNNING: "Scheduled",
    SUBMITTED: "Submitted",
    CANCELED: "Canceled",
    SKIPPED: "Skipped",
}

PAYER, AUTOPAY, RETRY, PULL = "payer", "autopay", "retry", "pull"
ORIGINS: Final = (PAYER, AUTOPAY, RETRY, PULL)
# The origins of payments that were scheduled before.
PLANNED: Final = ("schedule", "autopay", "pull")
# Set by nobody's hand, and told of before: until its day the bills it takes are not overdue (product.md 3).
ANNOUNCED: Final = (AUTOPAY, PULL)

FULL, FIXED, CAPPED = "full", "fixed", "capped"
RULES: Final = (FULL, FIXED, CAPPED)
DUE_DATE, DAY_OF_MONTH = "due_date", "day_of_month"
DAY_RULES: Final = (DUE_DATE, DAY_OF_MONTH)
TELL_EVERY, TELL_RANGE = "every", "range"
TELL_RULES: Final = (TELL_EVERY, TELL_RANGE)

# Why an enrollment is paused. One that lost its permission goes on only with a new one (NA-17); *untold*: the payer's
# address takes no messages, and nothing is debited that nobody can be told of (RE-02).
BY_PAYER, FAILURES, METHOD, UNAUTHORIZED, UNTOLD = "payer", "failures", "method", "unauthorized", "untold"
