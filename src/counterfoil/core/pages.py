"""Lists by pages: sorted by one column and the id, both falling; an address says after which row its page begins.

No page is counted off from the top, so the thousandth costs what the first does.
"""

from __future__ import annotations

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

    at: date
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}.{self.id}"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and where its next page begins."""

    rows: list[Row]
    next: Cursor | None


def read_cursor(text: str, *, of: type[date]) -> Cursor | None:
    """Return the cursor that an address names, by days (`date`) or instants (`datetime`); None for nonsense."""
    value, _, row_id = text.rpartition(".")
    try:
        at, number = of.fromisoformat(value), int(row_id)
    except ValueError:
        return None
    return Cursor(at, number) if not isinstance(at, datetime) or at.tzinfo else None


def after(rows: QuerySet[M], *, column: str, cursor: Cursor | None) -> QuerySet[M]:
    """Return the rows sorted by `column` and id, the newest first, from the cursor on."""
    ordered = rows.order_by(f"-{column}", "-id")
    if cursor is None:
        return ordered
    # The first condition lets one index answer; the second leaves out what the page before had of the same value.
    return ordered.filter(Q(**{f"{column}__lte": cursor.at})).filter(
        Q(**{f"{column}__lt": cursor.at}) | Q(**{column: cursor.at}, id__lt=cursor.id)
    )


def cut(rows: Sequence[Row], *, limit: int, cursor: Callable[[Row], Cursor]) -> Page[Row]:
    """Return the page of `limit` rows; `rows` were asked for with one more, which tells whether there is another."""
    shown = list(rows[:limit])
    return Page(shown, cursor(shown[-1]) if len(rows) > limit else None)
