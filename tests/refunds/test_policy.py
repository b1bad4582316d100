"""What each answer means for a refund in each status: the whole table, and everything that can follow from it."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from counterfoil.core import states as machines
from counterfoil.gateways import base, refunds as gateway_refunds
from counterfoil.refunds import policy, states
from counterfoil.refunds.policy import Decision, Money, Outcome

OUTCOMES: dict[str, Outcome] = {
    "accepted": gateway_refunds.Refunding("rf_1", date(2026, 11, 25)),
    "refunded": gateway_refunds.Refunded("rf_1"),
    "failed": gateway_refunds.RefundFailed("rf_1", "R02"),
    "unknown": base.Unknown("lost"),
    "fenced": base.Fenced(),
}
# One column an answer, one row a status. `-` changes nothing, `!` is for a person to see.
TABLE = """
           accepted refunded failed    unknown fenced
submitting pending  paid     stayed    unknown stayed
unknown    pending  paid     stayed    -       stayed
pending    -        paid     stayed    -       !
refunded   -        -        came_back -       !
failed     !        !        -         -       -
"""
MEANS = {
    "-": Decision(),
    "pending": Decision("pending"),
    "unknown": Decision("unknown"),
    "paid": Decision("refunded", Money.LEFT),
    "stayed": Decision("failed", Money.STAYED),
    "came_back": Decision("failed", Money.CAME_BACK),
}
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], answer, cell) for row in ROWS for answer, cell in zip(HEAD, row[1:], strict=True)]


@pytest.mark.parametrize(("status", "answer", "cell"), CELLS)
def test_the_table(status: str, answer: str, cell: str) -> None:
    decision = policy.decide(status=status, outcome=OUTCOMES[answer])
    if cell == "!":
        assert decision.conflict
        assert (decision.status, decision.money) == (None, Money.NOTHING)
    else:
        assert decision == MEANS[cell]


def test_the_table_has_every_status_and_every_move_is_legal() -> None:
    assert {row[0] for row in ROWS} == set(states.REFUND.states) == set(states.PUBLIC)
    for status, outcome in itertools.product(states.REFUND.states, OUTCOMES.values()):
        decision = policy.decide(status=status, outcome=outcome)
        if decision.status is not None:
            assert states.REFUND.event(status, decision.status).startswith("refund.")


@pytest.mark.parametrize("answers", list(itertools.product(OUTCOMES, repeat=4)), ids="-".join)
def test_whatever_the_answers_the_money_leaves_once_or_not_at_all(answers: tuple[str, ...]) -> None:
    """The books hear at most: it left, and it came back; or it stayed. Never twice, never the one after the other."""
    status, heard = states.SUBMITTING, []
    for answer in answers:
        decision = policy.decide(status=status, outcome=OUTCOMES[answer])
        heard += [] if decision.money == Money.NOTHING else [decision.money]
        status = decision.status or status
    assert heard in [[], [Money.LEFT], [Money.STAYED], [Money.LEFT, Money.CAME_BACK]]


def test_a_refund_that_failed_is_never_sent_again() -> None:
    for status in states.REFUND.states:
        with pytest.raises(machines.IllegalTransition):
            states.REFUND.event(states.FAILED, status)
