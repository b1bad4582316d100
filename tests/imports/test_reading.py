from __future__ import annotations

import pytest

from counterfoil.imports import mapping, reading

MAP = mapping.Mapping(
    name="test",
    columns={"account": "A", "number": "N", "issued_on": "I", "due_on": "D", "amount": "X"},
)
HEAD = b"A,N,I,D,X\r\n"


def read(*pieces: bytes, how: mapping.Mapping = MAP) -> list[reading.Record]:
    return list(reading.records(pieces, how)[1])


def test_records_know_the_line_they_begin_in() -> None:
    found = read(HEAD, b'a,1,2,3,4\r\n\r\n"b\r\nc",1,2,3,4\r\nd,1,2,3,4')
    assert [(record.line, record.cells[0]) for record in found] == [(2, "a"), (4, "b\r\nc"), (6, "d")]


def test_pieces_may_end_anywhere_even_inside_a_character() -> None:
    whole = HEAD + "Åberg,1,2,3,4\r\n".encode()
    assert read(*(whole[i : i + 1] for i in range(len(whole))))[0].cells[0] == "Åberg"


def test_the_mark_that_excel_puts_before_utf8_is_no_part_of_the_first_column() -> None:
    assert read(b"\xef\xbb\xbf" + HEAD, b"a,1,2,3,4\n")[0].cells[0] == "a"


def test_another_encoding_is_read_when_the_mapping_names_it() -> None:
    western = mapping.Mapping(name="w", columns=MAP.columns, encoding="windows-1252")
    assert read(HEAD, "Åberg,1,2,3,4".encode("windows-1252"), how=western)[0].cells[0] == "Åberg"


def test_a_record_with_another_number_of_cells_is_a_problem_of_that_record_alone() -> None:
    found = read(HEAD, b"a,1,2\nb,1,2,3,4\n")
    assert [record.problem for record in found] == ["3 cells where the header has 5", ""]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 0, "empty"),
        (HEAD + b"a,1,2,3,4\n\xc5berg,1,2,3,4\n", 3, "not UTF-8 text"),
        (HEAD + b"\xc5", 2, "not UTF-8 text"),
        ("A,N,I,D,X\n".encode("utf-16"), 0, "UTF-16"),
        (b"A,N,I,X\n1,2,3,4\n", 1, 'no column "D"'),
        (b"A,N,I,D,X,A\n", 1, 'column "A" more than once'),
        (HEAD + b'a,1,2,3,"4\n', 2, "not readable as CSV"),
        (HEAD + b'a,1,2,3,"4"5\n', 2, "not readable as CSV"),
        (HEAD + b"a\0,1,2,3,4\n", 2, "zero byte"),
        (HEAD + b"a" * 70_000, 2, "longer than 65,536"),
    ],
)
def test_a_broken_file_says_where_and_why(content: bytes, line: int, says: str) -> None:
    with pytest.raises(reading.BrokenFile, match=says) as caught:
        read(content)
    assert caught.value.line == line


def test_a_file_over_the_limit_is_refused_by_its_size_alone() -> None:
    with pytest.raises(reading.BrokenFile, match="the limit is 100 MB"):
        reading.demand_size(reading.MOST_BYTES + 1)
    with pytest.raises(reading.BrokenFile, match="empty"):
        reading.demand_size(0)
    reading.demand_size(reading.MOST_BYTES)


def test_more_records_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_RECORDS", 1)
    with pytest.raises(reading.BrokenFile, match="more than 1 records"):
        read(HEAD, b"a,1,2,3,4\nb,1,2,3,4\n")
