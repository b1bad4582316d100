"""What changed since last month: the lines of an invoice against those of the one before. Pure.

Lines belong together when they say the same, whatever month they name: "Rent, November" and "Rent, December 2026".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from counterfoil.invoices.rows import LineRow

_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
    "|ene|abr|ago|dic"
)
# A month, with the day before or after it, a year, a date in figures: what names the time and not the thing.
_MONTH: Final = rf"(?:{_MONTHS})\.?"
_YEAR: Final = r"(?:19|20)\d{2}"
_TIME: Final = re.compile(
    rf"\b(?:(?:of|for|in|de|en)\s+)?(?:\d{{1,2}}\s+(?:de\s+)?)?{_MONTH}(?:\s+\d{{1,2}}\b(?!\d))?(?:,?\s+(?:de\s+)?{_YEAR})?\b"
    rf"|\b{_YEAR}(?:[-/]\d{{1,2}}){{1,2}}\b|\b\d{{1,2}}[-/]\d{{1,2}}(?:[-/]\d{{2,4}})?\b|\b{_YEAR}\b",
    re.IGNORECASE,
)
_EDGES: Final = " ,.;:-\u2013\u2014()/"
_MAY: Final = re.compile(r"\bmay\b")


class Change(StrEnum):
    """How a part of the bill differs from the one before."""

    ADDED = "added"
    GONE = "gone"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of the bill that is not as before. Amounts in minor units; zero where there was or is none."""

    change: Change
    what: str
    before_minor: int
    now_minor: int

    @property
    def by_minor(self) -> int:
        """How much it is more or less, always above zero."""
        return abs(self.now_minor - self.before_minor)


def kind_of(description: str) -> str:
    """Return what a line is for, without the time it names; the whole description where nothing else is in it."""
    # "May" is a month where it begins with a capital letter, and a verb elsewhere.
    guarded = _MAY.sub("\0", description)
    left = " ".join(_TIME.sub(" ", guarded).replace("\0", "may").split())
    for empty in ("( )", "()", " ,"):
        left = left.replace(empty, "" if empty != " ," else ",")
    return left.strip(_EDGES) or description.strip()


def between(before: Iterable[LineRow], now: Iterable[LineRow]) -> tuple[Difference, ...]:
    """Return what differs, in the order of the bill, then what is gone; nothing where both say the same.

    Several lines of one kind count as their sum.
    """
    old, new = _sums(before), _sums(now)
    found = []
    for key, (what, minor) in new.items():
        was = old[key][1] if key in old else 0
        if key not in old:
            found.append(Difference(Change.ADDED, what, 0, minor))
        elif minor != was:
            found.append(Difference(Change.MORE if minor > was else Change.LESS, what, was, minor))
    gone = [Difference(Change.GONE, what, was, 0) for key, (what, was) in old.items() if key not in new]
    return (*found, *gone)


def sum_by_kind(lines: Iterable[LineRow]) -> tuple[tuple[str, int], ...]:
    """Return what the lines come to for each kind, in minor units, in the order of their first appearance."""
    return tuple(_sums(lines).values())


def _sums(lines: Iterable[LineRow]) -> dict[str, tuple[str, int]]:
    """Return each kind's words and sum, by the kind as it is compared: without accents and capital letters."""
    sums: dict[str, tuple[str, int]] = {}
    for line in lines:
        what = kind_of(line.description)
        key = _folded(what)
        words, minor = sums.get(key, (what, 0))
        sums[key] = words, minor + line.amount_minor
    return sums


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())
