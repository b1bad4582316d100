from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil_sandbox import magic, values


def test_printed_table_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "sandbox-values.md"
    assert page.read_text("utf-8") == values.render()


@pytest.mark.parametrize("card", magic.CARDS)
def test_numbers_hold_and_behaviors_are_found_by_name(card: magic.TestCard) -> None:
    assert magic.luhn_ok(card.number)
    assert magic.behavior(card.behavior.name) == card.behavior


@pytest.mark.parametrize("number", ["021000021", "011401533", "091000019", "121042882", "110000000"])
def test_routing_numbers_that_hold(number: str) -> None:
    assert magic.routing_ok(number)


@pytest.mark.parametrize(
    "number", ["123456789", "021000022", "000000000", "999999992", "02100002", "02100002a"]
)
def test_routing_numbers_that_do_not(number: str) -> None:
    assert not magic.routing_ok(number)


def test_account_of_any_return() -> None:
    found = magic.account_behavior("000910060")
    assert (found.code, found.calendar_days) == ("R10", 60)
    assert magic.behavior(found.name) == found
    assert magic.account_behavior("987654321") is magic.SETTLE
