from __future__ import annotations

import pathlib

import pytest

from counterfoil.imports import mapping

MINIMAL = """
[columns]
account = "A"
number = "N"
issued_on = "I"
due_on = "D"
amount = "X"
"""


def test_the_mapping_in_the_docs_is_read_as_written() -> None:
    text = pathlib.Path("docs/reference/ibm-mapping.toml").read_text()
    read = mapping.parse(text)
    assert read.columns["account"] == "customerID"
    assert read.date_pattern().fullmatch("1/26/2013")
    assert (read.true, read.false) == (("yes",), ("no",))
    assert not read.has_lines


def test_what_is_kept_with_an_import_gives_the_same_mapping_back() -> None:
    read = mapping.parse(MINIMAL + '[values]\ntrue = ["Ja"]\n')
    assert mapping.from_json(read.as_json()) == read
    assert mapping.from_json(mapping.OWN.as_json()) == mapping.OWN


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not toml", "not valid TOML"),
        (MINIMAL.replace('due_on = "D"\n', ""), "no column for: due_on"),
        (MINIMAL + 'surprise = "S"\n', "unknown names: surprise"),
        (MINIMAL + 'line_amount = "L"\n', 'either "amount" or "line_amount"'),
        (MINIMAL.replace('amount = "X"', ""), 'either "amount" or "line_amount"'),
        ('date_format = "DD.MM"\n' + MINIMAL, "needs YYYY"),
        ('date_format = "YYYY-MM-DD D"\n' + MINIMAL, "needs YYYY"),
        ('encoding = "klingon"\n' + MINIMAL, 'Unknown encoding "klingon"'),
        ('delimiter = ";;"\n' + MINIMAL, "must be one character"),
        ("columns = 3\n", "must be a table"),
    ],
)
def test_a_bad_mapping_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(mapping.BadMapping, match=says):
        mapping.parse(text)
