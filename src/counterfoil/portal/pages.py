"""Which page a payment has in which state: one address for each payment, one part of a template for each state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counterfoil.payments import states

FOLDER: Final = "portal/payments/states/"


@dataclass(frozen=True, slots=True)
class StatePage:
    """How a state is shown: the headline's template, and one of four kinds.

    The gateway's outcome is awaited; the payer is waited for; it went well so far; or it can be tried again.
    """

    template: str
    is_awaited: bool = False
    is_waiting: bool = False
    is_good: bool = False
    can_retry: bool = False


PAGES: Final = {
    states.SUBMITTING: StatePage(f"{FOLDER}confirming.html", is_awaited=True),
    states.UNKNOWN: StatePage(f"{FOLDER}confirming.html", is_awaited=True),
    states.ACTION_NEEDED: StatePage(f"{FOLDER}action_needed.html", is_awaited=True),
    states.AWAITING_VALIDATION: StatePage(f"{FOLDER}awaiting_validation.html", is_waiting=True),
    states.PENDING: StatePage(f"{FOLDER}pending.html", is_good=True),
    states.SETTLED: StatePage(f"{FOLDER}paid.html", is_good=True),
    states.REFUNDED: StatePage(f"{FOLDER}refunded.html", is_good=True),
    states.DECLINED: StatePage(f"{FOLDER}declined.html", can_retry=True),
    states.RETURNED: StatePage(f"{FOLDER}returned.html", can_retry=True),
    states.CANCELED: StatePage(f"{FOLDER}canceled.html", can_retry=True),
}
"""Every inner state has its page; a test holds this against the table of states."""


def page_of(status: str) -> StatePage:
    """Return the page of a payment in this inner state."""
    return PAGES[status]
