"""When a card's last month is over. Pure."""

from __future__ import annotations

import calendar
from datetime import date


def last_day(*, month: int, year: int) -> date:
    """Return the last day a card can be used: the end of the month printed on it."""
    return date(year, month, calendar.monthrange(year, month)[1])


def is_over(*, month: int | None, year: int | None, on: date) -> bool:
    """Tell whether a card's last day is before `on`; what has no expiry date never is."""
    return bool(month and year) and last_day(month=month or 1, year=year or 1) < on
