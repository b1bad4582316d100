"""What changed since last month, in worked examples."""

from __future__ import annotations

import pytest

from counterfoil.invoices import changes
from counterfoil.invoices.changes import Change, Difference
from counterfoil.invoices.rows import LineRow

NOVEMBER = [
    LineRow("Rent, November 2026", 320_000),
    LineRow("Care level 2", 64_000),
    LineRow("Salon (Nov 12)", 4_500),
    LineRow("Guest meals", 1_850),
]


def test_a_month_that_is_as_the_last_has_no_differences() -> None:
    december = [
        LineRow("Rent, December 2026", 320_000),
        LineRow("CARE LEVEL 2", 64_000),
        LineRow("Salon (Dec 3)", 4_500),
        LineRow("Guest  meals", 1_850),
    ]

    assert changes.between(NOVEMBER, december) == ()


def test_added_gone_more_and_less_are_told_with_amounts() -> None:
    december = [
        LineRow("Rent, December 2026", 328_500),
        LineRow("Care level 2", 60_000),
        LineRow("Medication management", 18_500),
        LineRow("Guest meals", 1_850),
    ]

    assert changes.between(NOVEMBER, december) == (
        Difference(Change.MORE, "Rent", 320_000, 328_500),
        Difference(Change.LESS, "Care level 2", 64_000, 60_000),
        Difference(Change.ADDED, "Medication management", 0, 18_500),
        Difference(Change.GONE, "Salon", 4_500, 0),
    )
    assert [each.by_minor for each in changes.between(NOVEMBER, december)] == [8_500, 4_000, 18_500, 4_500]


def test_the_differences_add_up_to_what_the_bill_changed_by() -> None:
    december = [LineRow("Rent", 300_000), LineRow("Rent", 5_000), LineRow("Discount", -2_500)]
    found = changes.between(NOVEMBER, december)
    moved = sum(each.now_minor - each.before_minor for each in found)

    assert moved == sum(line.amount_minor for line in december) - sum(line.amount_minor for line in NOVEMBER)


def test_several_lines_of_one_kind_count_as_their_sum() -> None:
    before = [LineRow("Salon (Oct 2)", 4_500), LineRow("Salon (Oct 16)", 4_500)]
    now = [LineRow("Salon (Nov 6)", 4_500)]

    assert changes.between(before, now) == (Difference(Change.LESS, "Salon", 9_000, 4_500),)
    assert changes.sum_by_kind(before) == (("Salon", 9_000),)


def test_a_credit_line_that_grows_is_less_to_pay() -> None:
    before, now = [LineRow("Discount", -1_000)], [LineRow("Discount", -2_500)]

    assert changes.between(before, now) == (Difference(Change.LESS, "Discount", -1_000, -2_500),)


def test_nothing_before_and_nothing_now() -> None:
    assert changes.between([], []) == ()
    assert changes.between([], [LineRow("Rent", 1)]) == (Difference(Change.ADDED, "Rent", 0, 1),)
    assert changes.between([LineRow("Rent", 1)], []) == (Difference(Change.GONE, "Rent", 1, 0),)


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("Rent, November 2026", "Rent"),
        ("November 2026 rent", "rent"),
        ("Nov. 2026: Rent", "Rent"),
        ("Renta de noviembre de 2026", "Renta"),
        ("Physical therapy 11/04/2026", "Physical therapy"),
        ("Physical therapy 2026-11-04", "Physical therapy"),
        ("Salon, 12 Nov 2026", "Salon"),
        ("Salon (November 12, 2026)", "Salon"),
        ("May rent", "rent"),
        ("Guests who may eat", "Guests who may eat"),
        ("Care level 2", "Care level 2"),
        ("Room 2026", "Room"),
        ("Apartment 214", "Apartment 214"),
        ("March", "March"),
        ("Marching band", "Marching band"),
        ("Sponsored 1/2 day trip", "Sponsored day trip"),
        ("", ""),
    ],
)
def test_the_time_a_line_names_is_not_what_it_is_for(description: str, kind: str) -> None:
    assert changes.kind_of(description) == kind
