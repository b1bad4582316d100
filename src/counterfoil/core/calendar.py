"""The bank's days: Federal Reserve holidays, weekends, and closures an operator adds.

Pure: no clock, no rows.

The Fed's rule (compliance part C): a holiday on a Saturday closes nothing, one on a Sunday closes the Monday
after.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import holidays

SATURDAY: Final = 5
DAY: Final = timedelta(days=1)


@functools.lru_cache(maxsize=64)
def _fed_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.financial_holidays("FED", years=year))


@dataclass(frozen=True, slots=True)
class BankCalendar:
    """The Fed's calendar (`fedach`), with extra `closures` such as an emergency an operator entered."""

    closures: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def closed_on(cls, closures: Iterable[date]) -> BankCalendar:
        """Return the calendar with these days closed besides the Fed's."""
        return cls(frozenset(closures))

    def is_bank_day(self, day: date) -> bool:
        """Tell whether banks settle on `day`."""
        return day.weekday() < SATURDAY and day not in self.closures and day not in _fed_holidays(day.year)

    def on_or_after(self, day: date) -> date:
        """Return `day`, or the first bank day after it (NA-21: never earlier than authorized)."""
        while not self.is_bank_day(day):
            day += DAY
        return day

    def on_or_before(self, day: date) -> date:
        """Return `day`, or the last bank day before it."""
        while not self.is_bank_day(day):
            day -= DAY
        return day

    def next(self, day: date) -> date:
        """Return the first bank day after `day`."""
        return self.on_or_after(day + DAY)

    def previous(self, day: date) -> date:
        """Return the last bank day before `day`."""
        return self.on_or_before(day - DAY)

    def add_bank_days(self, day: date, count: int) -> date:
        """Return the bank day `count` bank days after `day`, or before it when `count` is negative.

        Counting begins after `day`, bank day or not; a count of 0 gives `on_or_after(day)`.
        """
        if count == 0:
            return self.on_or_after(day)
        for _ in range(abs(count)):
            day = self.next(day) if count > 0 else self.previous(day)
        return day


FED: Final = BankCalendar()
