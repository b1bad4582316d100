"""A gateway that validates bank accounts by two small amounts: what it can be asked, and what it may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

from counterfoil.gateways.base import Gateway, NotOffered, TokenDetails


@dataclass(frozen=True, slots=True)
class Matched:
    """The two amounts are right: the account is validated."""


@dataclass(frozen=True, slots=True)
class Mismatched:
    """The two amounts are wrong; so many tries are left before it locks."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Guessed wrong too often: these two amounts can no longer be confirmed."""


@dataclass(frozen=True, slots=True)
class NotArrived:
    """The two amounts are still on their way; no try was used up."""


DepositsAnswer: TypeAlias = Matched | Mismatched | Locked | NotArrived


@runtime_checkable
class SendsMicroDeposits(Protocol):
    """Can validate a bank account by two small amounts that its owner types in (NA-08, NA-11)."""

    def start_micro_deposits(self, token: str) -> TokenDetails:
        """Send the two amounts, once however often asked. Raises `Unavailable`, `Refused`."""
        ...

    def confirm_micro_deposits(self, token: str, amounts: tuple[int, int]) -> DepositsAnswer:
        """Compare the amounts (minor units, either order); an account that passed stays `Matched`.

        A wrong pair uses up a try, also when its answer is lost. Raises `Unavailable`, `Refused`.
        """
        ...


def sends_micro_deposits(gateway: Gateway) -> SendsMicroDeposits:
    """The same gateway, seen as one that validates by two small amounts. Raises `NotOffered`."""
    if isinstance(gateway, SendsMicroDeposits):
        return gateway
    raise NotOffered(f"{gateway.key} sends no micro-deposits", code="sends_micro_deposits")
