"""What the queries of this noun hand out: frozen, with nothing to load behind them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from counterfoil.payers.states import InvitationState, invitation_state

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A billing account."""

    id: int
    public_id: str
    biller_id: int
    number: str
    holder_name: str
    sort_name: str
    standing: str
    external_ref: str


@dataclass(frozen=True, slots=True)
class PayerRow:
    """A payer, as its biller knows it."""

    id: int
    public_id: str
    biller_id: int
    name: str
    sort_name: str
    email: str
    phone: str
    locale: str
    invoice_preference: str
    who_pays: str
    collection_day: int | None = None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One payer of one billing account."""

    account: AccountRow
    payer: PayerRow
    relation: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A user profile."""

    id: int
    biller_id: int
    key: str
    name: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation; `state` is asked with a time, because it can expire."""

    id: int
    public_id: str
    biller_id: int
    payer_id: int
    payer_public_id: str
    payer_name: str
    payer_locale: str
    profile_id: int
    profile_name: str
    email: str
    times_sent: int
    sent_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> InvitationState:
        """Return what has become of it."""
        return invitation_state(
            used_at=self.used_at, revoked_at=self.revoked_at, expires_at=self.expires_at, now=now
        )


@dataclass(frozen=True, slots=True)
class AccessRow:
    """A login that acts for a payer: staff see that it exists and when it was last used."""

    payer_id: int
    login_id: int
    login_ref: str
    profile_name: str
    joined_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PayerAccess:
    """One line of the Access page: a payer, who acts for it, and its latest invitation."""

    payer: PayerRow
    accesses: tuple[AccessRow, ...]
    invitation: InvitationRow | None


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows of a list by name; `after` is the mark for those that follow, None at the end."""

    rows: tuple[RowT, ...]
    after: str | None


def mark(sort_name: str, row_id: int) -> str:
    """Return the mark of a place in a list by name."""
    return base64.urlsafe_b64encode(f"{row_id}:{sort_name}".encode()).rstrip(b"=").decode()


def read_mark(text: str) -> tuple[str, int] | None:
    """Return the place that a mark names; None for one that is not ours, which begins at the top."""
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
        number, _, sort_name = raw.partition(":")
        place = sort_name, int(number)
    except ValueError:
        return None
    # No name holds a NUL, and the database refuses to compare with one.
    return None if "\x00" in sort_name else place
