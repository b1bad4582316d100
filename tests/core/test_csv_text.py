from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from counterfoil.core import csv_text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1", "\uff1d1", "|calc", "%1", "\ufeff=1"],
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert csv_text.cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Nuñez", "O'Brien", "a=b", "1-2", "Mom's checking ••••6789", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert csv_text.cell(text) == text


def test_numbers_and_days_can_be_added_and_sorted() -> None:
    assert csv_text.cell(csv_text.amount(-123_450)) == "-1234.50"
    assert csv_text.cell(csv_text.amount(5)) == "0.05"
    assert csv_text.cell(date(2026, 11, 21)) == "2026-11-21"
    assert csv_text.cell(None) == ""


def test_the_file_reads_back_and_says_in_what_letters_it_is() -> None:
    made = csv_text.table(["Who", "Note"], [["Nuñez", 'says "hi", twice\nover'], ["=x", 3]])

    assert made.startswith(b"\xef\xbb\xbfWho,Note\r\n")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert rows == [["Who", "Note"], ["Nuñez", 'says "hi", twice\nover'], ["'=x", "3"]]
