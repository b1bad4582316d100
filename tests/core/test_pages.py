from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from counterfoil.core import pages
from counterfoil.core.pages import Cursor

AT = datetime(2026, 11, 21, 21, 14, 5, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "of"), [(AT, datetime), (date(2026, 11, 21), date), ("st. Åberg / o'neil", str), ("", str)]
)
def test_a_cursor_is_read_as_it_was_written(at: date | str, of: type[date | str]) -> None:
    assert pages.read_cursor(str(Cursor(at, 42)), of=of) == Cursor(at, 42)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "x.1",
        "2026-11-21",
        "2026-11-21T10:00:00.5",
        "2026-11-21T10:00:00.",
        "2026-13-01T00:00+00:00.1",
    ],
)
def test_nonsense_is_no_cursor(text: str) -> None:
    assert pages.read_cursor(text, of=datetime) is None


@pytest.mark.parametrize(
    "text", ["", "x", "YWRhbXM", "YWRhbXM.", "YWRhbXM.x", "Y.1", "_w.1", "YQBi.1", "ä.1"]
)
def test_nonsense_is_no_place_among_names(text: str) -> None:
    """Too short, without a number, no letters of ours, and a NUL, which the database refuses to compare with."""
    assert pages.read_cursor(text, of=str) is None


def test_a_name_does_not_stand_in_an_address() -> None:
    assert str(Cursor("adams", 7)) == "YWRhbXM.7"


def test_one_row_more_than_asked_for_tells_of_another_page() -> None:
    def mark(number: int) -> Cursor:
        return Cursor(AT, number)

    assert pages.cut([1, 2, 3], limit=2, cursor=mark) == pages.Page([1, 2], Cursor(AT, 2))
    assert pages.cut([1, 2], limit=2, cursor=mark) == pages.Page([1, 2], None)
    assert pages.cut([], limit=2, cursor=mark) == pages.Page([], None)
