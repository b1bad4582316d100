"""What accounts, payers, their links and invitations begin with: filled in by interfaces, handed to flows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What a billing account begins with."""

    number: str
    holder_name: str
    external_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayer:
    """What a payer begins with."""

    name: str
    email: str = ""
    phone: str = ""
    locale: str = "en"
    invoice_preference: str = "email"
    who_pays: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A payer of an account."""

    account_id: int
    payer_id: int
    relation: str = "other"
    is_default: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """Whom to invite, as what, and who said that this person may see the billing data."""

    payer_id: int
    profile_id: int
    email: str
    by_ref: str
