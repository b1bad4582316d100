"""Phone numbers, typed in every way and kept in one."""

from __future__ import annotations

import pytest

from counterfoil.core import errors, phones


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("312 555 0142", "(312) 555-0142"),
        ("3125550142", "(312) 555-0142"),
        ("+1 (312) 555-0142", "(312) 555-0142"),
        ("312.555.0142 x17", "(312) 555-0142 ext. 17"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("  ", ""),
    ],
)
def test_a_number_is_kept_in_its_usual_form(typed: str, kept: str) -> None:
    assert phones.normal(typed) == kept
    assert phones.normal(kept) == kept


@pytest.mark.parametrize(
    "typed", ["call my daughter", "555-0142", "312 555 01", "312 555 0142 999 9", "+999 12345"]
)
def test_what_cannot_be_a_number_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(errors.Invalid, match="area code") as refused:
        phones.normal(typed)
    assert refused.value.field == "phone"
