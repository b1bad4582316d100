"""Every move of a scheduled payment and of autopay is in the table, and no other."""

from __future__ import annotations

import itertools

import pytest

from counterfoil.core.states import IllegalTransition, Machine
from counterfoil.schedules import states


@pytest.mark.parametrize("machine", [states.SCHEDULE, states.ENROLLMENT])
def test_every_other_move_is_refused(machine: Machine) -> None:
    for old, new in itertools.product(machine.states, repeat=2):
        if (old, new) in machine.edges:
            assert machine.event(old, new)
        else:
            with pytest.raises(IllegalTransition):
                machine.event(old, new)


def test_every_status_has_a_public_word() -> None:
    assert set(states.PUBLIC) == set(states.SCHEDULE.states)


def test_what_is_over_is_over() -> None:
    over = {states.SUBMITTED, states.CANCELED, states.SKIPPED}
    assert not [old for old, _ in states.SCHEDULE.edges if old in over]
