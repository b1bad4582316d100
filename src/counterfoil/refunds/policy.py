"""What an answer means for a refund. Pure: facts in, one decision out.

An answer that is behind our state changes nothing; one that contradicts it is a conflict, set aside for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from counterfoil.gateways import base, refunds as gateway_refunds
from counterfoil.refunds import states

Outcome: TypeAlias = gateway_refunds.RefundResult | base.Fenced


class Money(StrEnum):
    """What the books must say about a decision."""

    NOTHING = "nothing"
    LEFT = "left"
    STAYED = "stayed"
    CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do: a new status or none, what the books say, and whether a person must look."""

    status: str | None = None
    money: Money = Money.NOTHING
    conflict: str = ""


NOTHING_NEW = Decision()


def decide(*, status: str, outcome: Outcome) -> Decision:
    """Return what `outcome` means for a refund in `status`."""
    match outcome:
        case base.Unknown():
            return Decision(states.UNKNOWN) if status == states.SUBMITTING else NOTHING_NEW
        case gateway_refunds.Refunding():
            return _accepted(status)
        case gateway_refunds.Refunded():
            return _left(status)
        case gateway_refunds.RefundFailed():
            return _failed(status)
        case base.Fenced():
            return _fenced(status)


def _accepted(status: str) -> Decision:
    if status == states.FAILED:
        return Decision(conflict="accepted, and it had failed")
    return Decision(states.PENDING) if status in states.UNRESOLVED else NOTHING_NEW


def _left(status: str) -> Decision:
    if status == states.FAILED:
        return Decision(conflict="the money left, and it had failed")
    return Decision(states.REFUNDED, Money.LEFT) if status in states.IN_FLIGHT else NOTHING_NEW


def _failed(status: str) -> Decision:
    if status in states.IN_FLIGHT:
        return Decision(states.FAILED, Money.STAYED)
    return Decision(states.FAILED, Money.CAME_BACK) if status == states.REFUNDED else NOTHING_NEW


def _fenced(status: str) -> Decision:
    if status in states.UNRESOLVED:
        return Decision(states.FAILED, Money.STAYED)
    return NOTHING_NEW if status == states.FAILED else Decision(conflict=f"fenced, and it was {status}")
