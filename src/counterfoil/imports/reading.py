"""Bytes to cells: decoded strictly, a piece at a time, with the line of the file for every record. Pure.

A file that cannot be read at all is broken as a whole; what is wrong with one record is for `parse`.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from counterfoil.core import errors
from counterfoil.imports.mapping import REQUIRED, Mapping

MOST_BYTES: Final = 100 * 1024 * 1024
MOST_RECORDS: Final = 500_000
LONGEST_LINE: Final = 65_536
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class BrokenFile(errors.Refused):
    """A file that cannot be read; `line` says where, 0 for the file as a whole."""

    code = "broken_file"

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(message if not line else f"Line {line}: {message}")
        self.line = line


class _Reader(Protocol):
    """What the csv module's reader is; it has no name of its own to import."""

    line_num: int

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file, by our own names; `line` is where it begins in the file."""

    line: int
    cells: Sequence[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where each of our columns stands in the file, and how many cells a record has."""

    positions: dict[str, int]
    width: int


def demand_size(size: int) -> None:
    """Refuse a file over the limit, or an empty one.

    :raises BrokenFile: it is.
    """
    if size > MOST_BYTES:
        raise BrokenFile(
            f"The file has {size / 1_048_576:.0f} MB; the limit is {MOST_BYTES // 1_048_576} MB. "
            "Please split it into smaller files."
        )
    if size == 0:
        raise BrokenFile("The file is empty.")


def records(pieces: Iterable[bytes], mapping: Mapping) -> tuple[Header, Iterator[Record]]:
    """Return the header, and the records as they are read.

    :raises BrokenFile: here for the header, while iterating for the rest: not text in the encoding the mapping names,
        not CSV, a required column is missing or there twice, or more records than the limit.
    """
    reader = csv.reader(_lines(pieces, mapping.encoding), delimiter=mapping.delimiter, strict=True)
    names = _next(reader, 0)
    if names is None:
        raise BrokenFile("The file is empty.")
    header = _header([name.strip() for name in names], mapping)
    return header, _rest(reader, header)


def _rest(reader: _Reader, header: Header) -> Iterator[Record]:
    count = 0
    while True:
        line = reader.line_num + 1
        cells = _next(reader, reader.line_num)
        if cells is None:
            return
        if not "".join(cells).strip():
            continue
        count += 1
        if count > MOST_RECORDS:
            raise BrokenFile(f"The file has more than {MOST_RECORDS:,} records; please split it.", line=line)
        problem = ""
        if len(cells) != header.width:
            problem = f"{len(cells)} cells where the header has {header.width}"
        yield Record(line, cells, problem)


def _next(reader: _Reader, line: int) -> list[str] | None:
    try:
        return next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        raise BrokenFile(f"This is not readable as CSV ({error}).", line=line + 1) from error


def _header(names: list[str], mapping: Mapping) -> Header:
    wanted = mapping.columns
    required = [*REQUIRED, "line_amount" if mapping.has_lines else "amount"]
    missing = [wanted[ours] for ours in required if wanted[ours] not in names]
    if missing:
        raise BrokenFile(f"The file has no column {_quoted(missing)}. It has: {_quoted(names)}.", line=1)
    twice = sorted({name for name in wanted.values() if names.count(name) > 1})
    if twice:
        raise BrokenFile(f"The file has the column {_quoted(twice)} more than once.", line=1)
    positions = {ours: names.index(theirs) for ours, theirs in wanted.items() if theirs in names}
    return Header(positions, len(names))


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name[:40]}"' for name in names)


def _lines(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Yield text lines with their ends; a quoted cell may span several."""
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8-sig" if is_utf8 else encoding)(errors="strict")
    done, rest, is_first = 0, "", True
    for piece in pieces:
        if is_first and piece.startswith(_UTF16) and "16" not in encoding:
            raise BrokenFile("The file is UTF-16 text. Please save it as CSV in UTF-8.")
        is_first = False
        rest += _decode(decoder, piece, encoding, done)
        *whole, rest = rest.split("\n")
        for line in whole:
            done += 1
            yield _sound(line, done) + "\n"
        if len(rest) > LONGEST_LINE:
            raise BrokenFile("A line is longer than 65,536 characters.", line=done + 1)
    rest += _decode(decoder, b"", encoding, done, is_final=True)
    if rest:
        yield _sound(rest, done + 1)


def _sound(line: str, number: int) -> str:
    if "\0" in line:
        raise BrokenFile("A zero byte stands here; this is not a text file.", line=number)
    if len(line) > LONGEST_LINE:
        raise BrokenFile("A line is longer than 65,536 characters.", line=number)
    return line


def _decode(
    decoder: codecs.IncrementalDecoder, piece: bytes, encoding: str, done: int, *, is_final: bool = False
) -> str:
    try:
        return decoder.decode(piece, is_final)
    except UnicodeDecodeError as error:
        line = done + 1 + bytes(error.object[: error.start]).count(b"\n")
        raise BrokenFile(
            f"A character here is not {encoding.upper()} text. Please save the file as CSV in UTF-8.",
            line=line,
        ) from error
