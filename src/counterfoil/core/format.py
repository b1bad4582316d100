"""Amounts, days and instants as people read them, and amounts as people type them. Babel only."""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers
from django.utils.translation import gettext as _

CENTS: Final = 2
MOST_DIGITS: Final = 12
_SPACES: Final = "\\s\u00a0\u2009\u202f"
_YEAR: Final = re.compile(r",?\s*(?:'[^']*'\s*)?y+年?")
_TYPED: Final = re.compile(rf"([0-9]{{1,3}}(?:[,{_SPACES}][0-9]{{3}})+|[0-9]+|)(?:\.([0-9]*))?")


class NotMoney(ValueError):
    """What was typed is no amount; the message is for the person who typed it."""


def money(minor: int, currency: str, locale: str) -> str:
    """Return an amount of minor units with its mark and all its cents: `$1,234.50`, `-$5.00`."""
    return _money(minor, currency, locale)


# The same amounts and days come again and again, on a page and from page to page; Babel works each out anew.
@functools.lru_cache(maxsize=8_192)
def _money(minor: int, currency: str, locale: str) -> str:
    scale = numbers.get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-scale)
    return numbers.format_currency(amount, currency, locale=_locale(locale))


def day(d: date, locale: str, reference: date | None = None, *, long: bool = False) -> str:
    """Return `Friday, November 27`, with the year when it is not that of `reference` (the biller's today).

    With `long`, as documents want it, or without a reference, the year is always there.
    """
    with_year = reference is None or long or d.year != reference.year
    return _day(d, locale, with_year=with_year)


@functools.lru_cache(maxsize=2_048)
def _day(d: date, locale: str, *, with_year: bool) -> str:
    where = _locale(locale)
    pattern = str(where.date_formats["full"].pattern)
    if not with_year:
        pattern = _YEAR.sub("", pattern)
    return dates.format_date(d, pattern, locale=where)


def instant(at: datetime, zone: str, locale: str, reference: date | None = None) -> str:
    """Return the day and time of an aware instant in an IANA zone.

    `Friday, November 27, 2026, 3:14 PM CST`.
    """
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), locale, reference)}, {time_of_day(at, zone, locale)}"


def time_of_day(at: datetime, zone: str, locale: str) -> str:
    """Return the time alone of an aware instant in an IANA zone, such as `3:14 PM CST`."""
    local = at.astimezone(ZoneInfo(zone))
    # CLDR puts a narrow no-break space before AM and PM; fonts and copied text do better with a plain one.
    clock = dates.format_time(local.time(), "short", locale=_locale(locale)).replace("\u202f", " ")
    return f"{clock} {_zone_name(local)}"


def parse_money(text: str) -> int:
    """Return the cents in what a person typed: `$1,200`, `1200.00`, ` 1 200.5`, `.50`.

    :raises NotMoney: it is no amount, is negative, has parts of a cent, or has a comma where one cannot be
        read
        in only one way (`12,50`).
    """
    typed = re.sub(rf"^[{_SPACES}]+|[{_SPACES}]+$", "", text)
    if not typed:
        raise NotMoney(_("Enter an amount."))
    bare = re.sub(
        rf"^(?:USD[{_SPACES}]*)?\$?[{_SPACES}]*|[{_SPACES}]*(?:USD|\$)$", "", typed, flags=re.IGNORECASE
    )
    match = _TYPED.fullmatch(bare)
    if match is None or not (match[1] or match[2]):
        raise NotMoney(_("Enter an amount in dollars and cents, such as 1200.00."))
    whole, cents = re.sub(r"[^0-9]", "", match[1]), match[2] or ""
    if len(cents) > CENTS:
        raise NotMoney(_("An amount has at most two digits after the point."))
    if len(whole) > MOST_DIGITS:
        raise NotMoney(_("This amount is too large."))
    return int(whole or "0") * 10**CENTS + int(cents.ljust(CENTS, "0"))


def mask_last4(number: str) -> str:
    """Return only the last four digits or letters of a number, behind dots: `••••4242`.

    A number of four or fewer shows nothing: its end would be all of it.
    """
    kept = re.sub(r"[^0-9A-Za-z]", "", number)
    return f"••••{kept[-4:]}" if len(kept) > 4 else "••••"


@functools.lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    """Return the locale as people in the United States use it.

    `es` writes $1,200.00 here, not 1200,00 US$.
    """
    parsed = Locale.parse(name.replace("-", "_"))
    if parsed.territory is None:
        try:
            return Locale(parsed.language, territory="US", script=parsed.script)
        except UnknownLocaleError:
            return parsed
    return parsed


def _zone_name(local: datetime) -> str:
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = local.utcoffset() or UTC.utcoffset(None)
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
