"""What each outcome means in each status: the whole table, and everything that can follow from it."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from counterfoil.gateways import base
from counterfoil.payments import policy, states
from counterfoil.payments.policy import Decision, Matured, Money, Outcome, Unvalidated

DAY = date(2026, 11, 23)
OUTCOMES: dict[str, Outcome] = {
    "accepted": base.Accepted("ch_1", DAY),
    "funded": base.Funded("ch_1", DAY),
    "settled": base.Settled("ch_1"),
    "action": base.ActionNeeded("ch_1", "http://bank.test/"),
    "unknown": base.Unknown("lost"),
    "matured": Matured(DAY),
    "declined": base.Declined("ch_1", base.DeclineClass.SOFT_FUNDS, "insufficient_funds"),
    "canceled": base.Canceled("ch_1"),
    "fenced": base.Fenced(),
    "returned": base.Returned("ch_1", "R01", DAY),
    "unvalidated": Unvalidated("late"),
}
# One column an outcome, one row a status ("pending+" is funded). `-` changes nothing, `!` is for a person to see.
TABLE = """
                    accepted funded  settled  action unknown matured declined canceled fenced   returned    unvalidated
submitting          pending  funded  captured action unknown -       declined canceled canceled unfunded    -
unknown             pending  funded  captured action -       -       declined canceled canceled unfunded    -
action_needed       pending  funded  captured -      -       -       declined canceled canceled unfunded    -
pending             -        /funded captured -      -       -       !        canceled !        unfunded    -
pending+            -        -       matured  -      -       matured !        !        !        before_paid -
settled             -        -       -        -      -       -       !        !        !        after_paid  -
refunded            -        -       -        -      -       -       !        !        !        after_paid  -
declined            !        !       !        -      -       -       -        -        -        !           -
canceled            !        !       !        -      -       -       -        -        -        !           -
returned            -        -       -        -      -       -       !        !        !        -           -
awaiting_validation !        !       !        !      -       -       !        !        !        !           canceled
"""
MEANS = {
    "-": Decision(),
    "pending": Decision("pending"),
    "action": Decision("action_needed"),
    "unknown": Decision("unknown"),
    "declined": Decision("declined"),
    "canceled": Decision("canceled"),
    "funded": Decision("pending", Money.FUNDED),
    "/funded": Decision(None, Money.FUNDED),
    "captured": Decision("settled", Money.CAPTURED),
    "matured": Decision("settled", Money.MATURED),
    "unfunded": Decision("returned", Money.RETURNED_UNFUNDED),
    "before_paid": Decision("returned", Money.RETURNED_BEFORE_PAID),
    "after_paid": Decision("returned", Money.RETURNED_AFTER_PAID),
}


def rows() -> list[tuple[str, str, str]]:
    header, *lines = TABLE.strip().splitlines()
    return [
        (line.split()[0], name, cell)
        for line in lines
        for name, cell in zip(header.split(), line.split()[1:], strict=True)
    ]


@pytest.mark.parametrize(("status", "name", "cell"), rows())
def test_the_table(status: str, name: str, cell: str) -> None:
    made = policy.decide(status=status.rstrip("+"), is_funded=status.endswith("+"), outcome=OUTCOMES[name])
    if cell == "!":
        assert (made.status, made.money) == (None, Money.NOTHING)
        assert type(OUTCOMES[name]).__name__ in made.conflict
        return
    assert made == MEANS[cell]


def test_the_table_has_every_outcome_and_every_status() -> None:
    assert {name for _, name, _ in rows()} == set(OUTCOMES)
    assert {status.rstrip("+") for status, _, _ in rows()} == set(states.PAYMENT.states)


@pytest.mark.parametrize(
    ("status", "is_funded", "name"),
    list(itertools.product(states.PAYMENT.states, (False, True), OUTCOMES)),
)
def test_no_decision_leaves_the_status_table(status: str, is_funded: bool, name: str) -> None:
    made = policy.decide(status=status, is_funded=is_funded, outcome=OUTCOMES[name])
    assert made.status is None or states.PAYMENT.can(status, made.status)


# -- A small model: what we believe beside what the gateway's books say, over every order of events ---------------

# What the gateway knows of one charge, and what it can become; None: it never heard of it.
BANK = {
    "nothing": ["accepted", "fenced"],
    "accepted": ["funded", "returned"],
    "funded": ["returned"],
    "returned": [],
    "fenced": [],
}
CARD = {
    "nothing": ["captured", "declined", "action", "fenced"],
    "action": ["captured", "declined", "canceled"],
    "captured": [],
    "declined": [],
    "canceled": [],
    "fenced": [],
}
SAYS = {
    "nothing": "unknown", "accepted": "accepted", "funded": "funded", "returned": "returned", "fenced": "fenced",
    "captured": "settled", "declined": "declined", "action": "action", "canceled": "canceled",
}  # fmt: skip
BOOKED = {
    Money.NOTHING: (0, 0), Money.RETURNED_UNFUNDED: (0, 0), Money.CAPTURED: (1, 1), Money.FUNDED: (1, 0),
    Money.MATURED: (0, 1), Money.RETURNED_BEFORE_PAID: (-1, 0), Money.RETURNED_AFTER_PAID: (-1, -1),
}  # fmt: skip


@pytest.mark.parametrize("gateway", [BANK, CARD])
@pytest.mark.parametrize("born", ["submitting", "awaiting_validation"])
def test_every_order_of_answers_ends_right(gateway: dict[str, list[str]], born: str) -> None:
    """Breadth first: the gateway moves on, or we hear any of its past answers, late, doubled, out of order.

    At most one unit is ever in our books, ours is never below zero, and hearing the last word makes both equal.
    A payment that waits for its account is sent once the account is confirmed, or never: nothing is heard of it.
    """
    start = (born, False, 0, 0, "nothing", ("nothing",))
    seen, edge = {start}, [start]
    for _ in range(10):
        following = []
        for status, funded, clearing, paid, there, told in edge:
            if status == "awaiting_validation":
                assert (clearing, paid, there) == (0, 0, "nothing")
                never_sent = (*_hear(*start[:4], "unvalidated"), "fenced", ("fenced",))
                following += [("submitting", *start[1:]), never_sent]
                continue
            moves = [(status, funded, clearing, paid, to, (*told, to)) for to in gateway[there]]
            heard = {*(SAYS[word] for word in told), "matured", "unvalidated"}
            moves += [(*_hear(status, funded, clearing, paid, name), there, told) for name in heard]
            for move in moves:
                assert 0 <= move[2] <= 1, move
                assert 0 <= move[3] <= 1, move
                if move not in seen:
                    seen.add(move)
                    following.append(move)
        seen.update(following)
        edge = following
    assert not edge, "the model should have been walked to its end"
    for status, funded, clearing, paid, there, _ in seen:
        if status == "awaiting_validation":
            continue
        last = _hear(status, funded, clearing, paid, SAYS[there])
        assert last[2] == (there in {"captured", "funded"}), (there, last)
        if there in {"returned", "declined", "canceled"}:
            assert last[0] == there


def _hear(status: str, funded: bool, clearing: int, paid: int, name: str) -> tuple[str, bool, int, int]:
    made = policy.decide(status=status, is_funded=funded, outcome=OUTCOMES[name])
    assert not made.conflict, (status, name, made)
    to_clearing, to_paid = BOOKED[made.money]
    return (
        made.status or status,
        funded or made.money == Money.FUNDED,
        clearing + to_clearing,
        paid + to_paid,
    )
