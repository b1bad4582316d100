"""The life of a payment: every move of the table, and no other."""

from __future__ import annotations

import itertools

import pytest

from counterfoil.core import states as machines
from counterfoil.payments import states

ALL = states.PAYMENT.states
MOVES = {
    "awaiting_validation": "submitting canceled",
    "submitting": "pending settled declined action_needed unknown canceled returned",
    "unknown": "pending settled declined action_needed canceled returned",
    "action_needed": "pending settled declined canceled returned",
    "pending": "settled returned canceled",
    "settled": "returned refunded",
    "refunded": "settled returned",
    "declined": "",
    "returned": "",
    "canceled": "",
}
ALLOWED = {(old, new) for old, news in MOVES.items() for new in news.split()}


@pytest.mark.parametrize(("old", "new"), sorted(itertools.product(ALL, ALL)))
def test_the_table(old: str, new: str) -> None:
    if (old, new) in ALLOWED:
        assert states.PAYMENT.event(old, new).startswith("payment.")
        return
    with pytest.raises(machines.IllegalTransition, match=f"no move from {old} to {new}"):
        states.PAYMENT.event(old, new)


def test_every_status_is_known_and_has_a_public_word() -> None:
    assert set(MOVES) == set(ALL) == set(states.PUBLIC)


def test_nothing_leaves_an_end() -> None:
    assert {old for old, news in MOVES.items() if not news} == set(states.FINISHED)


def test_what_is_in_flight_is_neither_paid_nor_ended() -> None:
    assert set(states.IN_FLIGHT) == set(ALL) - set(states.FINISHED) - set(states.PAID)
    assert set(states.UNRESOLVED) < set(states.IN_FLIGHT)


def test_payments_are_born_submitting_or_recorded() -> None:
    assert states.PAYMENT.initial == ("submitting", "settled", "awaiting_validation")
