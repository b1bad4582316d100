from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, strategies as st

from counterfoil.core import format as formats

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (123_450, "USD", "en", "$1,234.50"),
        (123_450, "USD", "en-us", "$1,234.50"),
        (-500, "USD", "en_US", "-$5.00"),
        (0, "USD", "en", "$0.00"),
        (1, "USD", "es", "$0.01"),
        (123_450, "USD", "es", "$1,234.50"),
        (1234, "JPY", "en", "¥1,234"),
        (10**15 + 1, "USD", "en", "$10,000,000,000,000.01"),
    ],
)
def test_money_has_its_mark_and_all_its_cents(minor: int, currency: str, locale: str, text: str) -> None:
    assert formats.money(minor, currency, locale) == text


def test_a_day_has_its_year_only_when_it_is_not_this_one() -> None:
    assert formats.day(FRIDAY, "en", date(2026, 1, 1)) == "Friday, November 27"
    assert formats.day(FRIDAY, "en", date(2025, 12, 31)) == "Friday, November 27, 2026"
    assert formats.day(FRIDAY, "en") == "Friday, November 27, 2026"


def test_documents_always_have_the_year() -> None:
    assert formats.day(FRIDAY, "en", date(2026, 1, 1), long=True) == "Friday, November 27, 2026"


@pytest.mark.parametrize(
    ("locale", "short", "long"),
    [
        ("es", "viernes, 27 de noviembre", "viernes, 27 de noviembre de 2026"),
        ("vi", "Thứ Sáu, 27 tháng 11", "Thứ Sáu, 27 tháng 11, 2026"),
    ],
)
def test_days_in_other_languages(locale: str, short: str, long: str) -> None:
    assert formats.day(FRIDAY, locale, FRIDAY) == short
    assert formats.day(FRIDAY, locale) == long


@pytest.mark.parametrize(
    ("zone", "locale", "text"),
    [
        ("America/Chicago", "en", "Saturday, November 21, 2026, 3:14 PM CST"),
        ("America/Chicago", "es", "sábado, 21 de noviembre de 2026, 3:14 p.m. CST"),
        ("Pacific/Kiritimati", "en", "Sunday, November 22, 2026, 11:14 AM UTC+14:00"),
        ("UTC", "en", "Saturday, November 21, 2026, 9:14 PM UTC"),
    ],
)
def test_an_instant_is_told_in_the_zone_with_its_name(zone: str, locale: str, text: str) -> None:
    assert formats.instant(datetime(2026, 11, 21, 21, 14, tzinfo=UTC), zone, locale) == text


def test_the_two_hours_of_an_autumn_night_differ_by_their_zone() -> None:
    first = formats.instant(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "America/Chicago", "en")
    second = formats.instant(datetime(2026, 11, 1, 7, 30, tzinfo=UTC), "America/Chicago", "en")

    assert first == "Sunday, November 1, 2026, 1:30 AM CDT"
    assert second == "Sunday, November 1, 2026, 1:30 AM CST"


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("$1,200", 120_000),
        ("1200.00", 120_000),
        (" 1 200.5", 120_050),
        ("1\u00a0200.50 ", 120_050),
        (".50", 50),
        ("5.", 500),
        ("$ 1,234,567.89", 123_456_789),
        ("USD 12", 1_200),
        ("12 usd", 1_200),
        ("0", 0),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, cents: int) -> None:
    assert formats.parse_money(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "$",
        ".",
        "abc",
        "-5",
        "12,50",
        "1,2000",
        "1,20,000",
        "1.234",
        "1.2.3",
        "1e5",
        "٣",
        "5 5",
        "$$5",
        "9" * 20,
        "½",
    ],
)
def test_nonsense_is_refused_with_words(text: str) -> None:
    with pytest.raises(formats.NotMoney) as caught:
        formats.parse_money(text)
    assert str(caught.value).endswith(".")


@given(cents=st.integers(min_value=0, max_value=10**13))
def test_what_we_show_can_be_typed_back(cents: int) -> None:
    assert formats.parse_money(formats.money(cents, "USD", "en")) == cents


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("4242 4242 4242 4242", "••••4242"),
        ("000123456789", "••••6789"),
        ("123", "••••"),
        ("1234", "••••"),
        ("", "••••"),
    ],
)
def test_only_the_last_four_are_left(number: str, masked: str) -> None:
    assert formats.mask_last4(number) == masked
