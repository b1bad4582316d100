"""What a failed debit or charge means for what is set for later. Pure: facts in, one verdict out.

Bank returns by their code (compliance B.6; NA-14 to NA-17): R01 and R09 may be presented again at most twice within
180 days of the first settlement, the same amount; nothing else is. Cards by their class (Part D): at most four tries in
30 days, one a day, none after a hard decline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from counterfoil.core.calendar import FED
from counterfoil.schedules import states

RETRY: Final = frozenset({"R01", "R09"})
# The permission is gone or in doubt: nothing more is taken until a new one is given (NA-15, NA-17).
UNAUTHORIZED: Final = frozenset({
    "R05", "R07", "R08", "R10", "R11", "R29", "R31", "R51", "R52", "R53",
})  # fmt: skip
# Ours or the file's to mend: the method stays good, and a person looks.
FIX: Final = frozenset({
    "R18", "R19", "R21", "R22", "R24", "R25", "R26", "R27", "R28", "R35", "R36",
})  # fmt: skip

HARD: Final = frozenset({"hard_account", "hard_not_allowed", "fraud_block"})
REVOKED: Final = frozenset({"hard_revoked"})
# How many times a class is tried again, and how many days later.
SOFT: Final = {"soft_funds": (3, 3), "soft_tech": (2, 1), "issuer_unspec": (1, 3)}

RETRY_AFTER: Final = timedelta(days=3)
MOST_FAILURES: Final = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """The dated rules: how often and how long the same may be tried again."""

    ach_retries: int
    ach_within_days: int
    card_tries: int
    card_within_days: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A payment that did not go through. `tries` counts the retries before it, `first_on` is the first one's day."""

    is_return: bool
    code: str
    decline_class: str
    tries: int
    first_on: date
    today: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows: a day to try the same again, or none; and why everything else with this method stops, or not."""

    retry_on: date | None = None
    stops: str = ""


def judge(*, failure: Failure, limits: Limits) -> Verdict:
    """Return what follows from a failure; a code or class nobody knows is never tried again."""
    if failure.is_return:
        return _returned(failure, limits)
    if why := stops(code=failure.decline_class):
        return Verdict(stops=why)
    return Verdict(retry_on=_card_retry(failure, limits))


def stops(*, code: str, is_return: bool = False) -> str:
    """Return why all that uses a method stops after a bank's return code or a decline class; empty where it goes on."""
    if is_return:
        if code in UNAUTHORIZED:
            return states.UNAUTHORIZED
        return "" if code in RETRY | FIX else states.METHOD
    if code in HARD:
        return states.METHOD
    return states.UNAUTHORIZED if code in REVOKED else ""


def _returned(failure: Failure, limits: Limits) -> Verdict:
    if failure.code in RETRY:
        return Verdict(retry_on=_bank_retry(failure, limits))
    return Verdict(stops=stops(code=failure.code, is_return=True))


def _bank_retry(failure: Failure, limits: Limits) -> date | None:
    if failure.tries >= limits.ach_retries:
        return None
    # The bank takes it on the next bank day after it is sent; that one must lie within the time.
    on = FED.on_or_after(failure.today + RETRY_AFTER)
    return on if FED.next(on) <= failure.first_on + timedelta(days=limits.ach_within_days) else None


def _card_retry(failure: Failure, limits: Limits) -> date | None:
    most, wait = SOFT.get(failure.decline_class, (0, 0))
    if failure.tries >= min(most, limits.card_tries - 1):
        return None
    on = FED.on_or_after(failure.today + timedelta(days=wait))
    return on if on < failure.first_on + timedelta(days=limits.card_within_days) else None
