"""Statement, yearly summary and authorization: tagged, complete, and safe against whatever a name holds."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest

from counterfoil.documents import authorization, letterhead, statement, summary

AT = datetime(2026, 11, 21, 21, 14, tzinfo=UTC)
BILLER = letterhead.Letterhead(
    name="Maple Court", phone="(763) 555-0142", address=("120 Main Street", "Maple Grove, MN 55369")
)
STATEMENT = statement.StatementData(
    biller=BILLER,
    payer="Renée O’Connor",
    period="October 2026",
    opening_day="Oct 1, 2026",
    opening="$1,200.00",
    closing_day="Oct 31, 2026",
    closing_on="Saturday, October 31, 2026",
    closing="$4,141.37",
    balance="$4,141.37",
    closing_words="Owed",
    is_settled=False,
    lines=(
        statement.StatementLine("Oct 1, 2026", "Invoice INV-1101", "$4,241.37", "", "$5,441.37"),
        statement.StatementLine(
            "Oct 5, 2026", "Payment 7K3QX", "", "$1,300.00", "$4,141.37", "Checking 6789"
        ),
    ),
    charged="$4,241.37",
    paid="$1,300.00",
    account="MC-10442",
    billed_for="Edith O’Connor",
    note="$500.00 is on its way.",
    as_of="As of today.",
    how_to_pay="Call us.",
)
SUMMARY = summary.SummaryData(
    biller=BILLER,
    payer="Renée O’Connor",
    year="2025",
    total="$12,345.00",
    people=(
        summary.SummaryPerson(
            "Edith O’Connor",
            "MC-10442",
            (("Rent", "$12,000.00"), ("Therapy", "$345.00")),
            (summary.SummaryPayment("Nov 7, 2025", "7K3QX", "Checking 6789", "$12,345.00"),),
            "$12,345.00",
        ),
    ),
    note="The year is not over.",
    closing=("Not tax advice.",),
)
AUTHORIZATION = authorization.AuthorizationData(
    biller=BILLER,
    number="aut_7F3K92QDa8Bc4xYz1mNp",
    status="In force",
    is_in_force=True,
    status_on="Accepted Friday",
    text="Authorization for one payment\n\nI, Renée, allow it.\nIn two lines.\n\nDate: today",
    text_locale="en",
    facts=(("Accepted by", "Renée O’Connor"),),
    evidence=(("When", "Friday, 3:14 PM CST"), ("Internet address", "192.0.2.7")),
    sha256="ab" * 32,
)
SHEETS: tuple[tuple[Callable[..., bytes], Any], ...] = (
    (statement.render, STATEMENT),
    (summary.render, SUMMARY),
    (authorization.render, AUTHORIZATION),
)


def read(render: Callable[..., bytes], data: Any, locale: str = "en") -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render(data=data, rendered_at=AT, locale=locale)))


def text_of(reader: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def texts(value: Any) -> list[str]:
    """Return every text in the data."""
    if isinstance(value, str):
        return [value] if value else []
    if dataclasses.is_dataclass(value):
        return [text for field in dataclasses.fields(value) for text in texts(getattr(value, field.name))]
    return [text for item in value for text in texts(item)] if isinstance(value, tuple) else []


@pytest.mark.parametrize(("render", "data"), SHEETS)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_sheet_is_tagged_and_claims_what_the_engine_enforced(
    render: Callable[..., bytes], data: Any, locale: str
) -> None:
    root: Any = read(render, data, locale).root_object

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == f"{locale}-US"
    metadata = root["/Metadata"].get_data().decode()
    for standard in ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"):
        assert standard in metadata


@pytest.mark.parametrize(("render", "data"), SHEETS)
def test_it_says_everything_it_was_given(render: Callable[..., bytes], data: Any) -> None:
    said = text_of(read(render, data)).replace(" ", "")
    hidden = {"text_locale", "accent"}
    shown = [
        text
        for field in dataclasses.fields(data)
        if field.name not in hidden
        for text in texts(getattr(data, field.name))
    ]

    missing = [text for text in shown if "".join(text.split()) not in said and not text.startswith("#")]
    assert missing == []


@pytest.mark.parametrize(("render", "data"), SHEETS)
@pytest.mark.parametrize(
    "name", ['#read("/etc/passwd")', "*bold* _x_ <a> @ref // c", "李小龍 😀", "\x00\ud800"]
)
def test_a_name_is_never_code_and_never_stops_a_sheet(
    render: Callable[..., bytes], data: Any, name: str
) -> None:
    biller = dataclasses.replace(BILLER, name=f"B {name}")

    assert "B " in text_of(read(render, dataclasses.replace(data, biller=biller)))


@pytest.mark.parametrize(("render", "data"), SHEETS)
def test_the_same_data_and_instant_give_the_same_bytes(render: Callable[..., bytes], data: Any) -> None:
    assert render(data=data, rendered_at=AT) == render(data=data, rendered_at=AT)


def test_a_month_in_which_nothing_happened_and_a_year_without_payments() -> None:
    assert "Nothing changed" in text_of(read(statement.render, dataclasses.replace(STATEMENT, lines=())))
    assert "Nothing was paid" in text_of(read(summary.render, dataclasses.replace(SUMMARY, people=())))


def test_many_lines_go_over_pages_with_the_head_repeated() -> None:
    line = statement.StatementLine("Oct 1, 2026", "Invoice", "$1.00", "", "$2.00")
    reader = read(statement.render, dataclasses.replace(STATEMENT, lines=(line,) * 120))

    assert len(reader.pages) > 2
    assert text_of(reader).count("Date Description Charges") == len(reader.pages)
    assert text_of(reader).count("Closing balance") == 2


def test_what_was_signed_keeps_its_own_language() -> None:
    spanish = dataclasses.replace(AUTHORIZATION, text="Autorizo este pago.", text_locale="es_US")

    assert "Autorizo este pago." in text_of(read(authorization.render, spanish))
