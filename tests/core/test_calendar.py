"""Vectors of compliance part C and G.1, and what must hold for every day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from counterfoil.core.calendar import FED, BankCalendar

PUBLISHED = {
    2026: "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
    2028: "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25",
    2029: "01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-12 11-22 12-25",
}
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))
counts = st.integers(min_value=1, max_value=40)


@pytest.mark.parametrize("year", PUBLISHED)
def test_closed_weekdays_are_those_the_fed_published(year: int) -> None:
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    closed = {day for day in every if day.year == year and day.weekday() < 5 and not FED.is_bank_day(day)}

    assert closed == {date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split()}


def test_a_saturday_holiday_closes_nothing_and_a_sunday_one_closes_monday() -> None:
    assert FED.is_bank_day(date(2026, 7, 3))
    assert not FED.is_bank_day(date(2027, 7, 5))


def test_autopay_due_on_a_sunday_before_a_closed_monday_takes_effect_on_tuesday() -> None:
    assert FED.on_or_after(date(2027, 7, 4)) == date(2027, 7, 6)


def test_first_live_debit_is_on_the_third_bank_day_after_the_prenote() -> None:
    assert FED.add_bank_days(date(2026, 11, 20), 3) == date(2026, 11, 25)


def test_the_sixth_bank_day_after_a_notification_of_change_skips_thanksgiving() -> None:
    assert FED.add_bank_days(date(2026, 11, 20), 6) == date(2026, 12, 1)


def test_counting_begins_after_the_day_even_on_a_weekend() -> None:
    saturday = date(2026, 11, 21)

    assert FED.add_bank_days(saturday, 1) == date(2026, 11, 23)
    assert FED.add_bank_days(saturday, -1) == date(2026, 11, 20)
    assert FED.add_bank_days(saturday, 0) == date(2026, 11, 23)


def test_an_emergency_closure_shifts_what_falls_on_it() -> None:
    storm = BankCalendar.closed_on([date(2026, 11, 23)])

    assert FED.on_or_after(date(2026, 11, 21)) == date(2026, 11, 23)
    assert storm.on_or_after(date(2026, 11, 21)) == date(2026, 11, 24)
    assert storm.previous(date(2026, 11, 24)) == date(2026, 11, 20)


def test_a_year_end_is_crossed() -> None:
    assert FED.next(date(2026, 12, 31)) == date(2027, 1, 4)
    assert FED.previous(date(2027, 1, 4)) == date(2026, 12, 31)


@given(day=days, count=counts)
def test_it_never_lands_on_a_closed_day(day: date, count: int) -> None:
    for landed in (FED.add_bank_days(day, count), FED.add_bank_days(day, -count), FED.on_or_after(day)):
        assert FED.is_bank_day(landed)


@given(day=days, later=st.integers(min_value=0, max_value=30), count=counts)
def test_a_later_day_never_lands_earlier(day: date, later: int, count: int) -> None:
    assert FED.add_bank_days(day, count) <= FED.add_bank_days(day + timedelta(days=later), count)


@given(day=days, count=counts)
def test_going_and_coming_back_returns_to_the_bank_day(day: date, count: int) -> None:
    start = FED.on_or_after(day)

    assert FED.add_bank_days(FED.add_bank_days(start, count), -count) == start


@given(day=days)
def test_next_and_previous_are_neighbors(day: date) -> None:
    start = FED.on_or_after(day)

    assert FED.previous(FED.next(start)) == start
    assert FED.on_or_before(day) <= day <= FED.on_or_after(day)
