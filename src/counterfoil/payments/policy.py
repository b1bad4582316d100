"""What an outcome means for a payment. Pure: facts in, one decision out.

What the gateway says now may be older than what we know (events come doubled, late and out of order). An answer
that is behind our state changes nothing; one that contradicts it is a conflict, set aside for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from counterfoil.gateways import base
from counterfoil.payments import states


@dataclass(frozen=True, slots=True)
class Matured:
    """The ordinary time for returns of a funded bank debit passed without one (`on`: the biller's day)."""

    on: date


@dataclass(frozen=True, slots=True)
class Unvalidated:
    """The account was not confirmed, so the payment that waited for it was never sent (NA-08).

    `why`: late (ten days passed), locked (guessed wrong too often), gone (deleted or disabled), or chosen by the payer.
    """

    why: str


Outcome: TypeAlias = base.Result | base.Fenced | Matured | Unvalidated


class Money(StrEnum):
    """What the books must say about a decision."""

    NOTHING = "nothing"
    CAPTURED = "captured"
    FUNDED = "funded"
    MATURED = "matured"
    RETURNED_UNFUNDED = "returned_unfunded"
    RETURNED_BEFORE_PAID = "returned_before_paid"
    RETURNED_AFTER_PAID = "returned_after_paid"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do: a new status or none, what the books say, and whether a person must look."""

    status: str | None = None
    money: Money = Money.NOTHING
    conflict: str = ""


NOTHING_NEW = Decision()


def decide(*, status: str, is_funded: bool, outcome: Outcome) -> Decision:
    """Return what `outcome` means for a payment in `status`."""
    if status == states.AWAITING_VALIDATION:
        return _awaiting(status, outcome)
    if isinstance(outcome, Unvalidated):
        return NOTHING_NEW
    return _sent(status, is_funded=is_funded, outcome=outcome)


def _sent(  # noqa: PLR0911 - a line an outcome
    status: str, *, is_funded: bool, outcome: base.Result | base.Fenced | Matured
) -> Decision:
    match outcome:
        case base.Unknown():
            return Decision(states.UNKNOWN) if status == states.SUBMITTING else NOTHING_NEW
        case base.ActionNeeded():
            moves = status in {states.SUBMITTING, states.UNKNOWN}
            return Decision(states.ACTION_NEEDED) if moves else NOTHING_NEW
        case base.Accepted():
            return _forward(status, to=states.PENDING, outcome=outcome)
        case base.Funded():
            return _funded(status, is_funded=is_funded, outcome=outcome)
        case base.Settled():
            # What was funded is in the books already: it matures, it is not captured a second time.
            money = Money.MATURED if is_funded else Money.CAPTURED
            return _forward(status, to=states.SETTLED, outcome=outcome, money=money)
        case Matured():
            ripe = status == states.PENDING and is_funded
            return Decision(states.SETTLED, Money.MATURED) if ripe else NOTHING_NEW
        case base.Returned():
            return _returned(status, is_funded=is_funded, outcome=outcome)
        case base.Declined():
            return _ended(status, to=states.DECLINED, outcome=outcome)
        case base.Canceled() | base.Fenced():
            return _canceled(status, is_funded=is_funded, outcome=outcome)


def differs(*, expected: base.Figures, outcome: object) -> str:
    """Return how the gateway's figures differ from ours; empty for the same, or where none came (WH-04)."""
    told = getattr(outcome, "figures", None)
    if told is None or told == expected:
        return ""
    parts = [
        f"{name} {getattr(told, name)} instead of {getattr(expected, name)}"
        for name in ("amount_minor", "currency", "reference")
        if getattr(told, name) != getattr(expected, name)
    ]
    return ", ".join(parts)


def _awaiting(status: str, outcome: Outcome) -> Decision:
    # Nothing was sent: a gateway that says anything about it speaks of something else.
    if isinstance(outcome, Unvalidated):
        return Decision(states.CANCELED)
    return NOTHING_NEW if isinstance(outcome, base.Unknown | Matured) else _conflict(status, outcome)


def _forward(status: str, *, to: str, outcome: Outcome, money: Money = Money.NOTHING) -> Decision:
    if status in states.UNRESOLVED or (status == states.PENDING and to == states.SETTLED):
        return Decision(to, money)
    if status in {states.DECLINED, states.CANCELED}:
        return _conflict(status, outcome)
    return NOTHING_NEW


def _funded(status: str, *, is_funded: bool, outcome: Outcome) -> Decision:
    if status in states.UNRESOLVED:
        return Decision(states.PENDING, Money.FUNDED)
    if status == states.PENDING and not is_funded:
        return Decision(None, Money.FUNDED)
    if status in {states.DECLINED, states.CANCELED}:
        return _conflict(status, outcome)
    return NOTHING_NEW


def _returned(status: str, *, is_funded: bool, outcome: Outcome) -> Decision:
    if status == states.RETURNED:
        return NOTHING_NEW
    if status in states.PAID:
        return Decision(states.RETURNED, Money.RETURNED_AFTER_PAID)
    if status in states.IN_FLIGHT:
        money = Money.RETURNED_BEFORE_PAID if is_funded else Money.RETURNED_UNFUNDED
        return Decision(states.RETURNED, money)
    return _conflict(status, outcome)


def _ended(status: str, *, to: str, outcome: Outcome) -> Decision:
    if status in states.UNRESOLVED:
        return Decision(to)
    if status in {states.DECLINED, states.CANCELED}:
        return NOTHING_NEW
    return _conflict(status, outcome)


def _canceled(status: str, *, is_funded: bool, outcome: Outcome) -> Decision:
    # A debit that was accepted can be canceled until it is sent; a fence says that there was none at all.
    if status == states.PENDING and not is_funded and isinstance(outcome, base.Canceled):
        return Decision(states.CANCELED)
    return _ended(status, to=states.CANCELED, outcome=outcome)


def _conflict(status: str, outcome: Outcome) -> Decision:
    return Decision(conflict=f"{type(outcome).__name__} for a payment that is {status}")
