"""A gateway with a wallet, whose holder decides on its page: what it can be asked, and what it may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

from counterfoil.gateways.base import Gateway, NotFound, NotOffered, TokenDetails


@dataclass(frozen=True, slots=True)
class AgreementWaiting:
    """The payer has not decided yet; `url` is the wallet's page to go to. Perhaps they never come back."""

    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class AgreementApproved:
    """The payer agreed; `token` is what later payments are charged to."""

    ref: str
    token: str


@dataclass(frozen=True, slots=True)
class AgreementEnded:
    """The payer said no on the wallet's page, or took the agreement back since."""

    ref: str


Agreement: TypeAlias = AgreementWaiting | AgreementApproved | AgreementEnded


@runtime_checkable
class OpensWallets(Protocol):
    """Has a wallet whose holder decides on the wallet's own page."""

    def begin_agreement(self, key: str, return_url: str, locale: str) -> Agreement:
        """Open the page on which later charges are agreed to; the same key gives the same agreement as it is now.

        Raises `Unavailable`, `Refused`.
        """
        ...

    def look_up_agreement(self, ref: str) -> Agreement | NotFound:
        """Say what became of an agreement: a pure read. Raises `Unavailable`, `Refused`."""
        ...

    def open_once(self) -> TokenDetails:
        """Give a token without an agreement: each charge to it waits for its payer on the wallet's page.

        Raises `Unavailable`, `Refused`.
        """
        ...


def opens_wallets(gateway: Gateway) -> OpensWallets:
    """The same gateway, seen as one with a wallet. Raises `NotOffered`."""
    if isinstance(gateway, OpensWallets):
        return gateway
    raise NotOffered(f"{gateway.key} has no wallet", code="opens_wallets")
