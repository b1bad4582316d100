"""A gateway that sends money back: what it can be asked, and what it may answer.

A refund is asked for by a charge's own reference at the gateway, under a key of ours that is used once. As for a
charge, an answer is a `RefundResult`, never an exception:

* `Refunding`: the gateway has the refund, the money has not left yet;
* `Refunded`: the money left. It can still come back, and is `RefundFailed` from then on;
* `RefundFailed`: none will go back under this key, or it went and came back. A refusal before anything was tried
  is one without a reference, and so is the sending of a fenced key (code `key_fenced`);
* `Unknown`: we cannot tell. A time-out, a lost answer, a server error, a conflict and an answer that cannot be read
  are always `Unknown`, never failed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeAlias, runtime_checkable

from counterfoil.gateways.base import Fenced, Figures, Gateway, NotFound, NotOffered, Unknown


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """One sending of one refund, all in the charge's currency.

    `key` is ours, used once; `charge_ref` is the gateway's reference of the charge; `amount_minor` is above zero;
    `reference` is our refund's public id.
    """

    key: str
    charge_ref: str
    amount_minor: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class _About:
    """What every answer about a refund carries. Two answers are the same whatever figures came along."""

    figures: Figures | None = field(default=None, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Refunding(_About):
    """The refund was taken, the money has not left; it leaves or fails later, usually by `expected_on`."""

    gateway_ref: str
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Refunded(_About):
    """The money left for the payer. A bank may still send it back."""

    gateway_ref: str


@dataclass(frozen=True, slots=True)
class RefundFailed(_About):
    """No money stays with the payer and none will for this key; `code` is the gateway's own word."""

    gateway_ref: str
    code: str


RefundResult: TypeAlias = Refunding | Refunded | RefundFailed | Unknown


@runtime_checkable
class Refunds(Protocol):
    """Sends money back that a charge took, and can be asked what became of it."""

    def refund(self, request: RefundRequest) -> RefundResult:
        """Send one refund, once; never repeats by itself."""
        ...

    def look_up_refund(self, key: str) -> RefundResult | NotFound:
        """Say what became of `key`: a pure read, `Unknown` when there is no answer.

        `NotFound` proves nothing by itself: the request may still be on its way.
        """
        ...

    def fence_refund(self, key: str) -> Fenced | RefundResult:
        """Make sure `key` can never send money back, or say what it already did."""
        ...


def refunds(gateway: Gateway) -> Refunds:
    """The same gateway, seen as one that sends money back. Raises `NotOffered`."""
    if isinstance(gateway, Refunds):
        return gateway
    raise NotOffered(f"{gateway.key} sends no money back", code="refunds")
