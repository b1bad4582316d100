"""The days of what is set for later: bank days, cut-offs, and how far ahead. Pure."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.calendar import FED

DAY: Final = timedelta(days=1)


def cutoff(*, biller: BillerRow, run_on: date) -> datetime:
    """Return until when a payment of `run_on` can be changed: preset 8 p.m. of the day before, where the biller is."""
    hour = time(biller.payments.schedule_cutoff_hour)
    return datetime.combine(run_on - DAY, hour, tzinfo=ZoneInfo(biller.zone))


def bank_day(day: date) -> date:
    """Return `day`, or the first bank day after it: never earlier than authorized (NA-21)."""
    return FED.on_or_after(day)


def first(*, biller: BillerRow, now: datetime) -> date:
    """Return the first bank day that can still be chosen: its cut-off has not passed."""
    day = bank_day(biller_queries.today(biller=biller, now=now) + DAY)
    while cutoff(biller=biller, run_on=day) <= now:
        day = bank_day(day + DAY)
    return day


def last(*, biller: BillerRow, now: datetime) -> date:
    """Return the last day that can be chosen, bank day or not."""
    today = biller_queries.today(biller=biller, now=now)
    return today + timedelta(days=biller.payments.schedule_days_ahead)


def of_month(*, day: int, after: date) -> date:
    """Return the next time after `after` that a month has this day; a short month has it on its last day."""
    year, month = after.year, after.month
    while True:
        found = date(year, month, min(day, calendar.monthrange(year, month)[1]))
        if found > after:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
