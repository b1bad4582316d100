from __future__ import annotations

import pytest

from counterfoil.payers import names


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Åberg", "aberg"),
        ("de Vries", "de vries"),
        ("  José   Núñez ", "jose nunez"),
        ("STRAẞE", "strasse"),
        ("Łukasz Øst", "lukasz ost"),
        ("", ""),
    ],
)
def test_names_are_folded_for_order_and_search(name: str, folded: str) -> None:
    assert names.fold(name) == folded


def test_a_name_that_comes_apart_still_fits_its_column() -> None:
    assert len(names.fold("\ufdfa" * 120)) <= 120
