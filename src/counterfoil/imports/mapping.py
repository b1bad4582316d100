"""Which column of a file says what, read from a TOML file. Pure.

Our own format needs none: its columns have our names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, Final

from counterfoil.core import errors

REQUIRED: Final = ("account", "number", "issued_on", "due_on")
OPTIONAL: Final = (
    "amount", "line_description", "line_amount", "holder_name", "payer_name", "payer_email", "currency",
    "disputed", "settled_on", "memo",
)  # fmt: skip
COLUMNS: Final = (*REQUIRED, *OPTIONAL)
DEFAULTS: Final = ("holder_name", "payer_name", "currency", "line_description")
TRUE_WORDS: Final = ("yes", "true", "1", "y")
FALSE_WORDS: Final = ("no", "false", "0", "n", "")
_DATE_PARTS: Final = {
    "YYYY": r"(?P<y>\d{4})",
    "MM": r"(?P<m>\d{2})",
    "DD": r"(?P<d>\d{2})",
    "M": r"(?P<m>\d{1,2})",
    "D": r"(?P<d>\d{1,2})",
}


class BadMapping(errors.Refused):
    """A mapping file that cannot be used; the message says why."""

    code = "bad_mapping"


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of file is read. `columns` leads from our name to the file's."""

    name: str
    columns: Table[str, str]
    date_format: str = "YYYY-MM-DD"
    encoding: str = "utf-8"
    delimiter: str = ","
    true: tuple[str, ...] = TRUE_WORDS
    false: tuple[str, ...] = FALSE_WORDS
    defaults: Table[str, str] = field(default_factory=dict)

    @property
    def has_lines(self) -> bool:
        """Tell whether several rows, one after the other, may make one invoice: a line each."""
        return "line_amount" in self.columns

    def date_pattern(self) -> re.Pattern[str]:
        """Return what a date must look like, with groups y, m and d.

        :raises BadMapping: the form lacks the year, the month or the day.
        """
        pieces = re.split(r"(YYYY|MM|DD|M|D)", self.date_format)
        letters = sorted(piece[0] for piece in pieces if piece in _DATE_PARTS)
        if letters != ["D", "M", "Y"]:
            raise BadMapping(f'The date form "{self.date_format}" needs YYYY, MM or M, and DD or D.')
        return re.compile("".join(_DATE_PARTS.get(piece, re.escape(piece)) for piece in pieces))

    def as_json(self) -> dict[str, Any]:
        """Return the mapping as it is kept with an import."""
        return {
            "name": self.name,
            "columns": dict(self.columns),
            "date_format": self.date_format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "true": list(self.true),
            "false": list(self.false),
            "defaults": dict(self.defaults),
        }


OWN: Final = Mapping(
    name="counterfoil",
    columns={
        "account": "account",
        "number": "number",
        "issued_on": "issued_on",
        "due_on": "due_on",
        "line_description": "line_description",
        "line_amount": "line_amount",
        "holder_name": "holder_name",
        "payer_name": "payer_name",
        "payer_email": "payer_email",
        "currency": "currency",
        "disputed": "disputed",
        "settled_on": "settled_on",
        "memo": "memo",
    },
)


def parse(text: str) -> Mapping:
    """Read a mapping file.

    :raises BadMapping: it is not TOML, names something unknown, or lacks a column that must be there.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"The mapping file is not valid TOML: {error}.") from error
    return from_json(table)


def from_json(table: Table[str, Any]) -> Mapping:
    """Build a mapping from what a file or a kept import says.

    :raises BadMapping: it names something unknown, or lacks a column that must be there.
    """
    columns, defaults, values = (_texts(table, name) for name in ("columns", "defaults", "values"))
    _demand_known("[columns]", columns, COLUMNS)
    _demand_known("[defaults]", defaults, DEFAULTS)
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise BadMapping(f"The mapping file names no column for: {', '.join(missing)}.")
    if ("amount" in columns) == ("line_amount" in columns):
        raise BadMapping('The mapping file must name either "amount" or "line_amount".')
    mapping = Mapping(
        name=str(table.get("name", "")),
        columns=columns,
        date_format=str(table.get("date_format", "YYYY-MM-DD")),
        encoding=str(table.get("encoding", "utf-8")),
        delimiter=str(table.get("delimiter", ",")),
        true=_words(values or table, "true", TRUE_WORDS),
        false=_words(values or table, "false", FALSE_WORDS),
        defaults=defaults,
    )
    _demand_readable(mapping)
    return mapping


def _texts(table: Table[str, Any], name: str) -> dict[str, Any]:
    part = table.get(name, {})
    if not isinstance(part, dict):
        raise BadMapping(f"[{name}] in the mapping file must be a table.")
    return dict(part)


def _words(table: Table[str, Any], name: str, preset: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(word).strip().casefold() for word in table.get(name, preset))


def _demand_known(where: str, given: Table[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise BadMapping(f"{where} in the mapping file has unknown names: {', '.join(unknown)}.")


def _demand_readable(mapping: Mapping) -> None:
    mapping.date_pattern()
    try:
        "".encode(mapping.encoding)
    except LookupError:
        raise BadMapping(f'Unknown encoding "{mapping.encoding}" in the mapping file.') from None
    if len(mapping.delimiter) != 1:
        raise BadMapping("The delimiter in the mapping file must be one character.")
