"""Tables as CSV that a spreadsheet opens by itself and cannot be made to run anything by.

UTF-8 with a byte order mark: without one Excel reads a double-clicked file in the computer's own code page and turns
"Nuñez" into nonsense, while Numbers, LibreOffice, Google Sheets and Python's `utf-8-sig` take the mark in their stride.
Lines end as RFC 4180 says. Days are ISO, amounts plain decimals: both sort and add up in every country.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

Cell = str | int | date | Decimal | None

MIME: Final = "text/csv; charset=utf-8"
# What a spreadsheet takes for the beginning of a formula, or hides one behind (OWASP, "CSV injection").
_FORMULA: Final = re.compile(r"^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]")


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table with its header as the bytes of a file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def cell(value: Cell) -> str:
    """Return one cell; text that a spreadsheet could take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, str):
        plain = value.replace("\x00", "")
        return f"'{plain}" if _FORMULA.match(plain) else plain
    return value.isoformat() if isinstance(value, date) else str(value)


def amount(minor: int) -> Decimal:
    """Return minor units as a decimal with two places: `-1234.50`."""
    return Decimal(minor).scaleb(-2)
