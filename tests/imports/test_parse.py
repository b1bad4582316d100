from __future__ import annotations

from datetime import date

import pytest

from counterfoil.imports import mapping, parse, reading

SETTINGS = parse.Settings(currency="USD", today=date(2026, 11, 22))
FIELDS = {
    "account": "A-1",
    "number": "1001",
    "issued_on": "2026-11-01",
    "due_on": "2026-12-01",
    "line_description": "Monthly rent",
    "line_amount": "4250.00",
    "holder_name": "Eleanor Whitfield",
    "payer_name": "Susan Whitfield",
    "payer_email": "susan@example.org",
    "currency": "USD",
    "disputed": "no",
    "settled_on": "",
    "memo": "",
}


def drafts(*rows: dict[str, str], how: mapping.Mapping = mapping.OWN) -> list[parse.Draft]:
    columns = list(FIELDS)
    header = reading.Header({name: i for i, name in enumerate(columns)}, len(columns))
    parser = parse.Parser(mapping=how, header=header, settings=SETTINGS)
    full = [FIELDS | row for row in rows]
    records = [
        reading.Record(line, [row[name] for name in columns]) for line, row in enumerate(full, start=2)
    ]
    return list(parser.drafts(records))


def test_one_row_is_one_invoice() -> None:
    (draft,) = drafts({})
    assert draft.reason == ""
    assert (draft.number, draft.account, draft.total_minor) == ("1001", "A-1", 425_000)
    assert (draft.issued_on, draft.due_on, draft.settled_on) == (date(2026, 11, 1), date(2026, 12, 1), None)
    assert (draft.holder_name, draft.payer_email) == ("Eleanor Whitfield", "susan@example.org")
    assert draft.lines == [("Monthly rent", 425_000)]


def test_rows_that_follow_each_other_with_one_number_are_its_lines() -> None:
    first, second = drafts(
        {},
        {"line_description": "Discount", "line_amount": "-250.00"},
        {"number": "1002", "line_amount": "10"},
    )
    assert first.lines == [("Monthly rent", 425_000), ("Discount", -25_000)]
    assert (first.line, first.total_minor, second.line, second.total_minor) == (2, 400_000, 4, 1_000)


def test_lines_that_disagree_about_their_invoice_refuse_it() -> None:
    (draft,) = drafts({}, {"due_on": "2026-12-02"})
    assert draft.reason == "line 3 has the same number but says something else about the invoice"


def test_a_bad_line_refuses_its_invoice_and_names_the_line() -> None:
    (draft,) = drafts({}, {"line_amount": "ten"})
    assert draft.reason == 'the line amount "ten" is not an amount such as 1234.50 (line 3)'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": ""}, "the number is empty"),
        ({"account": " "}, "the account is empty"),
        ({"issued_on": "11/01/2026"}, 'the issue date "11/01/2026" is not a date in the form YYYY-MM-DD'),
        ({"due_on": "2026-02-30"}, 'the due date "2026-02-30" is not a date in the form YYYY-MM-DD'),
        ({"due_on": ""}, 'the due date "" is not a date in the form YYYY-MM-DD'),
        ({"issued_on": "0026-11-01"}, 'the issue date "0026-11-01" is out of range'),
        ({"due_on": "2026-10-31"}, "the due date is before the issue date"),
        ({"settled_on": "2026-10-31"}, "the settlement date is before the issue date"),
        ({"settled_on": "2026-11-23"}, "the settlement date is in the future"),
        ({"line_amount": "-55.94"}, "the total is negative"),
        ({"line_amount": "0.00"}, "the total is zero"),
        ({"line_amount": "1.005"}, 'the line amount "1.005" is not an amount such as 1234.50'),
        ({"line_amount": "1,5"}, 'the line amount "1,5" is not an amount such as 1234.50'),
        ({"line_amount": "NaN"}, 'the line amount "NaN" is not an amount such as 1234.50'),
        ({"currency": "EUR"}, 'the currency is "EUR"; this biller bills in USD'),
        ({"disputed": "perhaps"}, '"perhaps" is neither yes nor no'),
        ({"payer_email": "nobody"}, '"nobody" is not an e-mail address'),
        ({"memo": "card 4242 4242 4242 4242"}, "the memo holds a card number or a Social Security number"),
        ({"holder_name": "x" * 121}, "the holder name is longer than 120 characters"),
        ({"number": "9" * 41}, "the number is longer than 40 characters"),
        ({"memo": "a\x1b[2Jb"}, "the memo has a character that cannot be shown"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(change: dict[str, str], reason: str) -> None:
    (draft,) = drafts(change)
    assert draft.reason == reason


@pytest.mark.parametrize(
    "field", ["account", "number", "holder_name", "payer_name", "memo", "line_description"]
)
@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\uff1d1", "\t=1", "\r=1"]
)
def test_a_formula_is_refused_in_every_text_cell(field: str, cell: str) -> None:
    (draft,) = drafts({field: cell})
    assert "like a formula" in draft.reason


def test_a_signed_number_in_a_column_of_figures_is_no_formula() -> None:
    assert parse._SIGNED_NUMBER.fullmatch("-5")
    (draft,) = drafts({"line_amount": "$4,250.00"})
    assert draft.total_minor == 425_000


def test_names_the_file_lacks_come_from_the_mapping() -> None:
    how = mapping.Mapping(
        name="x", columns=mapping.OWN.columns, defaults={"holder_name": "Customer {account}"}
    )
    (draft,) = drafts({"holder_name": "", "payer_name": "", "payer_email": ""}, how=how)
    assert (draft.holder_name, draft.payer_name) == ("Customer A-1", "Customer A-1")


def test_the_fingerprint_changes_with_every_field_of_the_invoice() -> None:
    base = drafts({})[0].fingerprint
    for change in (
        {"line_amount": "4250.01"},
        {"due_on": "2026-12-02"},
        {"disputed": "yes"},
        {"settled_on": "2026-11-02"},
        {"memo": "x"},
        {"line_description": "y"},
        {"payer_email": "other@example.org"},
    ):
        assert drafts(change)[0].fingerprint != base
    assert drafts({"memo": " "})[0].fingerprint == base


def test_an_invoice_of_too_many_lines_is_refused() -> None:
    (draft,) = drafts(*({"line_amount": "1.00"} for _ in range(parse.MOST_LINES + 1)))
    assert draft.reason == "more than 500 lines (line 502)"


def test_lines_that_begin_like_formulas_refuse_their_invoice() -> None:
    (draft,) = drafts({}, {"line_description": "=1+1"})
    assert draft.reason == 'a cell begins like a formula: "=1+1" (line 3)'
