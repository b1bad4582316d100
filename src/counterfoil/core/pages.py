"""Lists by pages: sorted by one column and the id; an address says after which row its page begins.

Days and instants fall, the newest first; names rise.

No page is counted off from the top, so the thousandth costs what the first does.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a list begins: after the row with this value in the sorted column, and this id."""

    at: date | str
    id: int

    def __str__(self) -> str:
        # A name is no word of an address, nor of a log that keeps addresses.
        at = self.at.isoformat() if isinstance(self.at, date) else _in_letters(self.at)
        return f"{at}.{self.id}"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and where its next page begins."""

    rows: list[Row]
    next: Cursor | None


def read_cursor(text: str, *, of: type[date | str]) -> Cursor | None:
    """Return the cursor that an address names, by days, instants or names (`str`); None for nonsense."""
    value, _, row_id = text.rpartition(".")
    try:
        at, number = of.fromisoformat(value) if issubclass(of, date) else _from_letters(value), int(row_id)
    except ValueError:
        return None
    return Cursor(at, number) if not isinstance(at, datetime) or at.tzinfo else None


def after(rows: QuerySet[M], *, column: str, cursor: Cursor | None, rises: bool = False) -> QuerySet[M]:
    """Return the rows sorted by `column` and id from the cursor on; the greatest first unless the list rises."""
    ordered = rows.order_by(column, "id") if rises else rows.order_by(f"-{column}", "-id")
    if cursor is None:
        return ordered
    beyond = "gt" if rises else "lt"
    # The first condition lets one index answer; the second leaves out what the page before had of the same value.
    return ordered.filter(Q(**{f"{column}__{beyond}e": cursor.at})).filter(
        Q(**{f"{column}__{beyond}": cursor.at}) | Q(**{column: cursor.at, f"id__{beyond}": cursor.id})
    )


def cut(rows: Sequence[Row], *, limit: int, cursor: Callable[[Row], Cursor]) -> Page[Row]:
    """Return the page of `limit` rows; `rows` were asked for with one more, which tells whether there is another."""
    shown = list(rows[:limit])
    return Page(shown, cursor(shown[-1]) if len(rows) > limit else None)


def _in_letters(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).rstrip(b"=").decode()


def _from_letters(text: str) -> str:
    padded = text.encode() + b"=" * (-len(text) % 4)
    name = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    if "\x00" in name:
        raise ValueError("no name holds a NUL, and the database refuses to compare with one")
    return name
