"""Money, days and instants in the language of the page; how they read is told in `core.format`."""

from __future__ import annotations

import functools
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton
from babel.numbers import get_currency_symbol
from django.utils.translation import get_language

from counterfoil.core import format as core_format

UNITED_STATES = {"en", "es"}


def current_locale() -> str:
    """The Babel locale of the active language; every biller is in the United States."""
    language = (get_language() or "en").split("-")[0]
    return f"{language}_US" if language in UNITED_STATES else "en_US"


def money(minor: int, *, currency: str) -> str:
    """`123400` of `USD` as `$1,234.00`."""
    return core_format.money(minor, currency, current_locale())


def symbol(currency: str) -> str:
    """The mark of a currency, such as `$`."""
    return get_currency_symbol(currency, locale=current_locale())


def day(value: date, *, reference: date | None = None, long: bool = True) -> str:
    """`Friday, November 27`, with the year unless it is the reference day's; not long: `Nov 27, 2026`."""
    if not long:
        return _medium(value, current_locale())
    return core_format.day(value, current_locale(), reference)


@functools.lru_cache(maxsize=2_048)
def _medium(value: date, locale: str) -> str:
    return format_date(value, format="medium", locale=locale)


def month(value: date) -> str:
    """The month of a day: `November 2026`."""
    return str(format_skeleton("yMMMM", value, locale=current_locale()))


def month_of(value: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    first = value.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)


def instant(at: datetime, *, zone: str, reference: date | None = None) -> str:
    """An aware instant in an IANA zone: `Friday, November 27, 3:05 PM CST`, the year as in `day`."""
    return core_format.instant(at, zone, current_locale(), reference)
