"""What the queries of this noun hand out: frozen, with nothing to load behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from counterfoil.payers.states import InvitationState, invitation_state


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


# What an AccountRow is made of, in its order.
ACCOUNT_COLUMNS: Final = (
    "id", "public_id", "biller_id", "number", "holder_name", "sort_name", "standing", "external_ref",
)  # fmt: skip


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


# What a PayerRow is made of, in its order.
PAYER_COLUMNS: Final = (
    "id", "public_id", "biller_id", "name", "sort_name", "email", "phone", "locale", "invoice_preference",
    "who_pays", "collection_day",
)  # fmt: skip


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
