"""Bank days as the Federal Reserve keeps them, worked out anew here so that the books are a second opinion."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

BANK_ZONE = ZoneInfo("America/New_York")
MONDAY, THURSDAY, SATURDAY = 0, 3, 5


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday_of_may(year: int) -> date:
    day = date(year, 5, 31)
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=64)
def closed_days(year: int) -> frozenset[date]:
    """Closed weekdays of a year: a holiday on Sunday closes Monday, one on Saturday closes nothing."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    moved = {day + timedelta(days=1) if day.weekday() == 6 else day for day in fixed}
    floating = {
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        _last_monday_of_may(year),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 10, MONDAY, 2),
        _nth(year, 11, THURSDAY, 4),
    }
    return frozenset(moved | floating)


def is_open(day: date) -> bool:
    """Whether banks settle on that day."""
    return day.weekday() < SATURDAY and day not in closed_days(day.year)


def on_or_after(day: date) -> date:
    """The first bank day not before `day`."""
    while not is_open(day):
        day += timedelta(days=1)
    return day


def after(day: date, days: int) -> date:
    """The bank day `days` bank days after `day`."""
    for _ in range(days):
        day = on_or_after(day + timedelta(days=1))
    return day


def bank_date(instant: datetime) -> date:
    """The bank's calendar day at an instant."""
    return instant.astimezone(BANK_ZONE).date()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant in UTC from a bank day and its Eastern wall clock."""
    return datetime.combine(day, time(hour, minute), BANK_ZONE).astimezone(UTC)
