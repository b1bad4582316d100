"""Records to invoices that may be imported, each with the reason if it may not. Pure; no row of ours is looked at.

What can only be judged against the other rows, or against what is there, is judged in the database.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping as Table, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from counterfoil.core import format as formats, sensitive
from counterfoil.imports.mapping import Mapping
from counterfoil.imports.reading import Header, Record

LONGEST: Final = {
    "number": 40,
    "account": 40,
    "holder_name": 120,
    "payer_name": 120,
    "payer_email": 254,
    "memo": 300,
    "line_description": 200,
}
MOST_LINES: Final = 500
_OF_A_LINE: Final = ("line_description", "line_amount")
_FREE_TEXT: Final = ("holder_name", "payer_name", "memo", "line_description")
# Spreadsheets run what begins so (CV-02); also in full width. A sign before a plain number is no formula.
_FORMULA_STARTS: Final = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
_SIGNED_NUMBER: Final = re.compile(r"[+-]\$?[\d,]*\.?\d+")
_AMOUNT: Final = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?")
_EARLIEST, _LATEST = date(1970, 1, 1), date(2200, 1, 1)
MOST_MINOR: Final = 10**14


class Unfit(ValueError):
    """Why a record is refused, for the person who sent the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the biller says about its invoices, whatever the file says."""

    currency: str
    today: date


@dataclass(slots=True)
class Draft:
    """One invoice of the file. A refused one has its `reason`, and of the rest only what could be read."""

    line: int
    number: str = ""
    account: str = ""
    holder_name: str = ""
    payer_name: str = ""
    payer_email: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    total_minor: int | None = None
    lines: list[tuple[str, int]] = field(default_factory=list)
    is_disputed: bool = False
    settled_on: date | None = None
    memo: str = ""
    reason: str = ""

    @property
    def fingerprint(self) -> str:
        """The hash of what this row says: the same again changes nothing, other content is refused."""
        said = (
            self.number, self.account, self.holder_name, self.payer_name, self.payer_email,
            str(self.issued_on), str(self.due_on), self.lines, self.is_disputed, str(self.settled_on), self.memo,
        )  # fmt: skip
        return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()


class Parser:
    """Reads the records of one file under one mapping."""

    def __init__(self, *, mapping: Mapping, header: Header, settings: Settings) -> None:
        self._mapping = mapping
        self._positions = header.positions
        self._settings = settings
        self._pattern = mapping.date_pattern()
        self._days: dict[str, date] = {}
        self._line_positions = [(name, at) for name, at in header.positions.items() if name in _OF_A_LINE]
        self._head_positions = [at for name, at in header.positions.items() if name not in _OF_A_LINE]

    def drafts(self, records: Iterable[Record]) -> Iterator[Draft]:
        """Yield one draft an invoice: records that follow each other with one number are its lines."""
        if not self._mapping.has_lines:
            yield from map(self._draft, records)
            return
        whole: Draft | None = None
        head: tuple[str, ...] = ()
        for record in records:
            before, head = head, self._head_cells(record)
            if whole is not None and not whole.reason and head and head == before:
                self._add_line(whole, record)
                continue
            draft = self._draft(record)
            if whole is not None and draft.number and draft.number == whole.number:
                self._join(whole, draft)
                continue
            if whole is not None:
                yield self._summed(whole)
            whole = draft
        if whole is not None:
            yield self._summed(whole)

    def _head_cells(self, record: Record) -> tuple[str, ...]:
        """Return the cells that the lines of one invoice share; nothing where they cannot be told."""
        return () if record.problem else tuple(record.cells[at] for at in self._head_positions)

    def _add_line(self, whole: Draft, record: Record) -> None:
        """Add a record whose other cells are those of the record before: only its line is read."""
        try:
            _demand_no_formula(record.cells)
            line = self._line({name: record.cells[at].strip() for name, at in self._line_positions}, whole)
            if len(whole.lines) >= MOST_LINES:
                raise Unfit(f"more than {MOST_LINES} lines")
        except Unfit as why:
            whole.reason = f"{why} (line {record.line})"
        else:
            whole.lines.append(line)

    def _draft(self, record: Record) -> Draft:
        draft = Draft(line=record.line)
        if record.problem:
            draft.reason = record.problem
            return draft
        try:
            self._read(draft, record.cells)
        except Unfit as why:
            draft.reason = str(why)
        return draft

    def _read(self, draft: Draft, cells: Sequence[str]) -> None:
        texts = {name: cells[at].strip() for name, at in self._positions.items()}
        draft.number = _text(texts, "number", is_required=True)
        _demand_no_formula(cells)
        draft.account = _text(texts, "account", is_required=True)
        names = self._mapping.defaults
        draft.holder_name = _text(texts, "holder_name") or self._default("holder_name", draft)
        draft.holder_name = draft.holder_name or draft.account
        draft.payer_name = (
            _text(texts, "payer_name") or self._default("payer_name", draft) or draft.holder_name
        )
        draft.payer_email = _email(_text(texts, "payer_email"))
        draft.memo = _text(texts, "memo")
        draft.issued_on = self._day(texts["issued_on"], "issue date")
        draft.due_on = self._day(texts["due_on"], "due date")
        draft.is_disputed = self._flag(texts.get("disputed", ""))
        if texts.get("settled_on"):
            draft.settled_on = self._day(texts["settled_on"], "settlement date")
        self._demand_currency(texts.get("currency") or names.get("currency", ""))
        self._demand_order(draft)
        self._read_amount(draft, texts)

    def _read_amount(self, draft: Draft, texts: Table[str, str]) -> None:
        if self._mapping.has_lines:
            draft.lines = [self._line(texts, draft)]
            return
        draft.total_minor = _minor(texts["amount"], "total")
        if draft.total_minor == 0:
            raise Unfit("the total is zero")
        draft.lines = [(self._described(texts, draft), draft.total_minor)]

    def _line(self, texts: Table[str, str], draft: Draft) -> tuple[str, int]:
        minor = _minor(texts["line_amount"], "line amount", may_be_negative=True)
        return self._described(texts, draft), minor

    def _described(self, texts: Table[str, str], draft: Draft) -> str:
        return _text(texts, "line_description") or self._default("line_description", draft) or "Invoice"

    def _default(self, name: str, draft: Draft) -> str:
        given = self._mapping.defaults.get(name, "")
        return given.replace("{account}", draft.account).replace("{number}", draft.number)

    def _day(self, text: str, what: str) -> date:
        known = self._days.get(text)
        if known is not None:
            return known
        match = self._pattern.fullmatch(text)
        try:
            if match is None:
                raise ValueError(text)
            day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            raise Unfit(
                f'the {what} "{_shown(text)}" is not a date in the form {self._mapping.date_format}'
            ) from None
        if not _EARLIEST <= day < _LATEST:
            raise Unfit(f'the {what} "{_shown(text)}" is out of range')
        self._days[text] = day
        return day

    def _flag(self, text: str) -> bool:
        word = text.casefold()
        if word in self._mapping.true:
            return True
        if word in self._mapping.false or not word:
            return False
        raise Unfit(f'"{_shown(text)}" is neither yes nor no')

    def _demand_currency(self, currency: str) -> None:
        if currency and currency.upper() != self._settings.currency:
            raise Unfit(
                f'the currency is "{_shown(currency)}"; this biller bills in {self._settings.currency}'
            )

    def _demand_order(self, draft: Draft) -> None:
        if draft.issued_on is None or draft.due_on is None:
            return
        if draft.due_on < draft.issued_on:
            raise Unfit("the due date is before the issue date")
        if draft.settled_on is not None and draft.settled_on < draft.issued_on:
            raise Unfit("the settlement date is before the issue date")
        if draft.settled_on is not None and draft.settled_on > self._settings.today:
            raise Unfit("the settlement date is in the future")

    def _join(self, whole: Draft, line: Draft) -> None:
        if whole.reason:
            return
        if line.reason:
            whole.reason = f"{line.reason} (line {line.line})"
            return
        if _head(whole) != _head(line):
            whole.reason = f"line {line.line} has the same number but says something else about the invoice"
        whole.lines += line.lines

    @staticmethod
    def _summed(whole: Draft) -> Draft:
        if whole.reason:
            return whole
        whole.total_minor = sum(minor for _, minor in whole.lines)
        if whole.total_minor <= 0:
            whole.reason = "the total is zero" if whole.total_minor == 0 else "the total is negative"
        return whole


def _head(draft: Draft) -> tuple[object, ...]:
    return (
        draft.account, draft.holder_name, draft.payer_name, draft.payer_email, draft.issued_on, draft.due_on,
        draft.is_disputed, draft.settled_on, draft.memo,
    )  # fmt: skip


def _demand_no_formula(cells: Sequence[str]) -> None:
    for cell in cells:
        if cell and cell[0] in _FORMULA_STARTS and not _SIGNED_NUMBER.fullmatch(cell.strip()):
            raise Unfit(f'a cell begins like a formula: "{_shown(cell)}"')


def _text(texts: Table[str, str], name: str, *, is_required: bool = False) -> str:
    text = texts.get(name, "")
    words = name.replace("_", " ")
    if not text:
        if is_required:
            raise Unfit(f"the {words} is empty")
        return ""
    if text[0] in _FORMULA_STARTS:
        raise Unfit(f'the {words} begins like a formula: "{_shown(text)}"')
    if len(text) > LONGEST[name]:
        raise Unfit(f"the {words} is longer than {LONGEST[name]} characters")
    if not text.isprintable():
        raise Unfit(f"the {words} has a character that cannot be shown")
    if name in _FREE_TEXT and _is_sensitive(text):
        raise Unfit(f"the {words} holds a card number or a Social Security number")
    return text


@functools.lru_cache(maxsize=4_096)
def _is_sensitive(text: str) -> bool:
    """Names and descriptions come again and again in one file."""
    return sensitive.find(text) is not None


def _email(text: str) -> str:
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError:
        raise Unfit(f'"{_shown(text)}" is not an e-mail address') from None
    return text.casefold()


def _minor(text: str, what: str, *, may_be_negative: bool = False) -> int:
    """Return cents from a decimal string; `$1,234.50` is understood, a fraction of a cent is not."""
    is_negative = text.startswith("-") or (text.startswith("(") and text.endswith(")"))
    bare = text.strip("()").lstrip("-").strip() if is_negative else text
    match = _AMOUNT.fullmatch(bare)
    try:
        minor = (
            int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else formats.parse_money(bare)
        )
    except formats.NotMoney:
        raise Unfit(f'the {what} "{_shown(text)}" is not an amount such as 1234.50') from None
    if is_negative and not may_be_negative:
        raise Unfit(f'the {what} "{_shown(text)}" is negative')
    if minor > MOST_MINOR:
        raise Unfit(f"the {what} is too large")
    return -minor if is_negative else minor


def _shown(text: str) -> str:
    """Return the beginning of a cell, safe to print."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:40])
