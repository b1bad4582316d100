from __future__ import annotations

from datetime import date

import pytest

from counterfoil_sandbox import bankdays


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 7, 3), True),
        (date(2027, 7, 5), False),
        (date(2026, 11, 26), False),
        (date(2026, 11, 27), True),
        (date(2027, 6, 18), True),
        (date(2028, 11, 10), True),
        (date(2029, 11, 12), False),
        (date(2026, 11, 21), False),
    ],
)
def test_published_days(day: date, *, is_open: bool) -> None:
    assert bankdays.is_open(day) is is_open


def test_count_of_closed_weekdays() -> None:
    closed = {
        year: sum(day.weekday() < 5 for day in bankdays.closed_days(year)) for year in range(2026, 2030)
    }
    assert closed == {2026: 10, 2027: 9, 2028: 9, 2029: 11}


def test_four_bank_days_over_thanksgiving() -> None:
    assert bankdays.after(date(2026, 11, 24), 4) == date(2026, 12, 1)
