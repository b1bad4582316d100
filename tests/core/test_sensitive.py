from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from counterfoil.core import sensitive
from counterfoil.core.sensitive import Kind

CARDS = [
    "4242424242424242",
    "my card is 4242 4242 4242 4242 thanks",
    "4242-4242-4242-4242",
    "4242.4242.4242.4242",
    "4242\u20134242\u20134242\u20134242",
    "4242\u00a04242\u00a04242\u00a04242",
    "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
    "42424242\u200b42424242",
    "\uff14\uff12\uff14\uff12 4242 4242 4242",
    "apt 12 4242 4242 4242 4242 12/29 123",
    "378282246310005",
    "3782 822463 10005",
    "6011000990139424,",
    "call 555-0142 or use 5555-5555-5555-4444.",
    "4222222222222",
]
SSNS = [
    "123-45-6789",
    "123 45 6789",
    "ssn:123456789",
    "My Social Security number is 123456789",
    "123\u201345\u20136789",
    "it is 123 - 45 - 6789 ok",
    "seguro social 123456789",
]
CLEAN = [
    "",
    "Please call me after 5 pm.",
    "INV-2026-000123",
    "(763) 555-0142",
    "+1 763 555 0142",
    "4242424242424241",
    "1234567890123",
    "000-12-3456",
    "666-12-3456",
    "123-00-4567",
    "123-45-0000",
    "2026-11-21",
    "55369-1234",
    "0000 0000 0000 0000",
    "routing 110000000",
    "12345678901234567890",
]


@pytest.mark.parametrize("text", CARDS)
def test_card_numbers_are_found(text: str) -> None:
    assert sensitive.find(text) is Kind.CARD


@pytest.mark.parametrize("text", SSNS)
def test_social_security_numbers_are_found(text: str) -> None:
    assert sensitive.find(text) is Kind.SSN


@pytest.mark.parametrize("text", CLEAN)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert sensitive.find(text) is None


def test_the_validator_says_what_to_do_and_does_not_repeat_the_number() -> None:
    with pytest.raises(ValidationError) as caught:
        sensitive.CleanText()("pay with 4242 4242 4242 4242")

    assert caught.value.code == "sensitive_card"
    assert "4242" not in str(caught.value)
    assert "remove the card number" in str(caught.value)


def test_the_validator_lets_clean_text_pass_and_is_one_value() -> None:
    sensitive.CleanText()("Thank you!")

    assert sensitive.CleanText() == sensitive.CleanText()
    assert len({sensitive.CleanText(), sensitive.CleanText()}) == 1
