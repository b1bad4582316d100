"""Money, days and instants as people read them, in the language of the page."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol
from django.utils.translation import get_language

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def current_locale() -> str:
    """The Babel locale of the active language; every biller is in the United States."""
    language = (get_language() or "en").split("-")[0]
    return f"{language}_US" if language in {"en", "es"} else "en_US"


def money(minor: int, *, currency: str) -> str:
    """`123400` of `USD` as `$1,234.00`; a minus sign stands before the mark."""
    exponent = get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-exponent)
    return format_currency(amount, currency, locale=current_locale())


def symbol(currency: str) -> str:
    """The mark of a currency, such as `$`."""
    return get_currency_symbol(currency, locale=current_locale())


def day(value: date, *, reference: date | None = None, long: bool = True) -> str:
    """`Friday, November 27`, with the year unless it is the reference day's; short: `Nov 27, 2026`."""
    locale = Locale.parse(current_locale())
    if not long:
        return format_date(value, format="medium", locale=locale)
    if reference is not None and reference.year == value.year:
        pattern = "EEEE, d 'de' MMMM" if locale.language == "es" else "EEEE, MMMM d"
        return format_date(value, format=pattern, locale=locale)
    return format_date(value, format="full", locale=locale)


def instant(at: datetime, *, zone: tzinfo | str) -> str:
    """An aware instant with its zone: `November 27, 2026, 3:05 PM CST`."""
    tz = ZoneInfo(zone) if isinstance(zone, str) else zone
    local = at.astimezone(tz)
    locale = current_locale()
    words = format_date(local.date(), format="long", locale=locale)
    clock = format_datetime(local, format="h:mm a", locale=locale).replace("\N{NARROW NO-BREAK SPACE}", " ")
    return f"{words}, {clock} {local.tzname()}".replace(" AM", f"{NO_BREAK_SPACE}AM").replace(
        " PM", f"{NO_BREAK_SPACE}PM"
    )
