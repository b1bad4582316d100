"""What every gateway can be asked, and what it may answer.

A gateway is an adapter to whoever moves money. It keeps no rows and opens no transaction: a flow calls it
between two transactions and records what it said. What a gateway can do is told by the protocols it
satisfies and by its flags, never by its name. Three protocols have files of their own: `wallets`,
`micro_deposits`, `refunds`.

An answer about money is a `Result`, never an exception:

* `Accepted`, `Funded`, `Settled`, `ActionNeeded`: the gateway has the charge, at that stage;
* `Declined`, `Returned`, `Canceled`: final, no money stays with the biller;
* `Unknown`: we cannot tell. A time-out, a lost answer and a server error are always `Unknown`, never declined.

Exceptions are for questions that are not about the outcome of a charge:

* `GatewayError`
    * `Unavailable`: no answer to a read (token, books); ask again later;
    * `Refused`: the gateway understood and said no (wrong key, unknown object): `code` says why;
    * `Forged`: a message that claims to come from the gateway does not;
    * `NotOffered`: this gateway lacks the capability that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

Kind: TypeAlias = Literal["card", "bank", "wallet"]
InitiatedBy: TypeAlias = Literal["payer", "merchant"]
Check: TypeAlias = Literal["passed", "failed", "not_run", "unsupported", "pending"]
ItemT = TypeVar("ItemT")


class GatewayError(Exception):
    """Something about a gateway that is not the outcome of a charge."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Unavailable(GatewayError):
    """A read got no usable answer; nothing is known, nothing happened."""


class Refused(GatewayError):
    """The gateway answered and said no; `code` is its own word for why."""


class Forged(GatewayError):
    """An event whose signature or age does not hold."""


class NotOffered(GatewayError):
    """The gateway does not have the capability that was asked for."""


class DeclineClass(StrEnum):
    """Why a charge was declined, as far as what to do next goes (compliance Part D)."""

    HARD_ACCOUNT = "hard_account"
    HARD_REVOKED = "hard_revoked"
    HARD_NOT_ALLOWED = "hard_not_allowed"
    FRAUD_BLOCK = "fraud_block"
    FIX_DATA = "fix_data"
    AUTH_NEEDED = "auth_needed"
    SOFT_FUNDS = "soft_funds"
    SOFT_TECH = "soft_tech"
    ISSUER_UNSPEC = "issuer_unspec"
    PREPAID_LIMIT = "prepaid_limit"
    CONFIG = "config"
    TOKEN = "token"  # noqa: S105 - the name of a class of declines


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One sending of one payment. `key` is ours, used once; `effective_on` is the bank's day (debits only)."""

    key: str
    amount_minor: int
    currency: str
    token: str
    reference: str
    description: str
    effective_on: date
    initiated_by: InitiatedBy
    return_url: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What the gateway's own books hold for a charge; compared with the payment before it is recorded (WH-04)."""

    amount_minor: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class _About:
    """What every answer about a charge carries. Two answers are the same whatever figures came along."""

    figures: Figures | None = field(default=None, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Accepted(_About):
    """A bank debit was taken; its outcome comes later, usually by `expected_on`."""

    gateway_ref: str
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Funded(_About):
    """The money of a bank debit arrived; it can still come back."""

    gateway_ref: str
    funded_on: date


@dataclass(frozen=True, slots=True)
class Settled(_About):
    """A card or wallet was captured: it can be counted on."""

    gateway_ref: str


@dataclass(frozen=True, slots=True)
class Declined(_About):
    """No money moved and none will for this key; `code` is the gateway's own word."""

    gateway_ref: str
    decline_class: DeclineClass
    code: str


@dataclass(frozen=True, slots=True)
class ActionNeeded(_About):
    """The payer must do something at `url` (3-D Secure, wallet approval) before anything moves."""

    gateway_ref: str
    url: str


@dataclass(frozen=True, slots=True)
class Returned(_About):
    """The bank sent the debit back; `code` is the return code (R01 ...), `returned_on` the bank's day."""

    gateway_ref: str
    code: str
    returned_on: date


@dataclass(frozen=True, slots=True)
class Canceled(_About):
    """Ended before money moved: fenced, voided or left by the payer."""

    gateway_ref: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, or none that can be trusted; only a fence or a final result ends this."""

    reason: str


Result: TypeAlias = Accepted | Funded | Settled | Declined | ActionNeeded | Returned | Canceled | Unknown


@dataclass(frozen=True, slots=True)
class NotFound:
    """The gateway does not know it now. Proves nothing by itself: the request may still be on its way."""


@dataclass(frozen=True, slots=True)
class Fenced:
    """From now on this key can never move money."""


@dataclass(frozen=True, slots=True)
class CspOrigins:
    """Origins a page needs for this gateway's parts, added to the page's policy and to no other page's."""

    script: tuple[str, ...] = ()
    frame: tuple[str, ...] = ()
    connect: tuple[str, ...] = ()
    form_action: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientSetup:
    """What a page needs to show the gateway's own fields: embedded (`frame_url`) or as a page (`page_url`)."""

    gateway_key: str
    template: str
    frame_url: str
    page_url: str
    nonce: str
    origin: str
    csp: CspOrigins


@dataclass(frozen=True, slots=True)
class TokenDetails:
    """What may be shown and remembered about a method; never its number."""

    token: str
    kind: Kind
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    funding: str
    bank_name: str
    account_kind: Literal["checking", "savings"] | None
    holder_kind: Literal["personal", "business"] | None
    holder_name: str
    check: Check
    fingerprint: str
    # The wallet's holder took the agreement back there: nothing can be charged to it any more.
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class GatewayNews:
    """A verified event. It wakes the asking of the gateway; its payload decides nothing about money.

    `key` is that of the charge, or of the refund where `kind` begins with `refund.`.
    """

    event_id: str
    kind: str
    key: str | None
    token: str | None
    occurred_at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the gateway's own books, signed from the biller's view (`amount_minor` in minor units)."""

    id: str
    at: datetime
    kind: str
    amount_minor: int
    currency: str
    key: str
    gateway_ref: str


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some items and the cursor for those after them; `next` is None at the end."""

    items: tuple[ItemT, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field of a connection's desk form; a `secret` is stored encrypted and never shown again."""

    name: str
    label: str
    secret: bool = False
    help_text: str = ""


@runtime_checkable
class Charges(Protocol):
    """Moves money, and can be asked what became of it."""

    def charge(self, request: ChargeRequest) -> Result:
        """Send one charge, once; never repeats by itself."""
        ...

    def look_up(self, key: str) -> Result | NotFound:
        """Say what became of `key`: a pure read, `Unknown` when there is no answer."""
        ...

    def fence(self, key: str) -> Fenced | Result:
        """Make sure `key` can never move money, or say what it already did."""
        ...


@runtime_checkable
class SavesMethods(Protocol):
    """Keeps card and bank details and gives tokens for them."""

    def client_setup(self, kind: Kind, nonce: str, locale: str, return_url: str) -> ClientSetup:
        """What the page needs to show this gateway's fields; the full page comes back to `return_url`."""
        ...

    def token_details(self, token: str) -> TokenDetails | NotFound:
        """Read what may be shown of a token. Raises `Unavailable`, `Refused`."""
        ...

    def check_bank(self, token: str) -> TokenDetails:
        """Run the instant bank check. Raises `Unavailable`, `Refused`."""
        ...

    def forget(self, token: str) -> None:
        """Delete a token; deleting it twice is fine. Raises `Unavailable`, `Refused`."""
        ...


@runtime_checkable
class UpdatesMethods(Protocol):
    """Changes what its owner may change about a card without giving its number anew."""

    def update_expiry(self, token: str, *, month: int, year: int) -> TokenDetails:
        """Change a card's expiry date; the token stays. Raises `Unavailable`, `Refused`."""
        ...


@runtime_checkable
class ReadsEvents(Protocol):
    """Sends events that can be verified."""

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> GatewayNews | None:
        """Check signature and age against real time `now`; None for kinds of no interest. Raises `Forged`."""
        ...


@runtime_checkable
class KeepsBooks(Protocol):
    """Has books of its own to compare ours with."""

    def movements(self, after: str | None) -> Page[Movement]:
        """Movements after a cursor, oldest first. Raises `Unavailable`, `Refused`."""
        ...


@runtime_checkable
class Gateway(Charges, Protocol):
    """An opened gateway connection: it charges, and says the rest of what it is by flags and protocols."""

    @property
    def key(self) -> str:
        """Its name in the registry."""
        ...

    @property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of method it can charge."""
        ...

    @property
    def quiet_after(self) -> timedelta | None:
        """For a gateway without a fence: how long after the call `NotFound` is final. None: it can fence."""
        ...


def saves_methods(gateway: Gateway) -> SavesMethods:
    """The same gateway, seen as one that saves methods. Raises `NotOffered`."""
    if isinstance(gateway, SavesMethods):
        return gateway
    raise NotOffered(f"{gateway.key} does not save methods", code="saves_methods")


def updates_methods(gateway: Gateway) -> UpdatesMethods:
    """The same gateway, seen as one that changes a card's expiry date. Raises `NotOffered`."""
    if isinstance(gateway, UpdatesMethods):
        return gateway
    raise NotOffered(f"{gateway.key} changes no expiry dates", code="updates_methods")


def reads_events(gateway: Gateway) -> ReadsEvents:
    """The same gateway, seen as one that sends events. Raises `NotOffered`."""
    if isinstance(gateway, ReadsEvents):
        return gateway
    raise NotOffered(f"{gateway.key} sends no events", code="reads_events")


def keeps_books(gateway: Gateway) -> KeepsBooks:
    """The same gateway, seen as one with books of its own. Raises `NotOffered`."""
    if isinstance(gateway, KeepsBooks):
        return gateway
    raise NotOffered(f"{gateway.key} keeps no books", code="keeps_books")
