"""What methods and addresses begin with: filled in by interfaces and flows, handed to operations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewMethod:
    """What the gateway says about a token, and what the payer says about the method."""

    biller_id: int
    payer_id: int
    connection_id: int
    kind: str
    token: str
    fingerprint: str
    brand: str
    bank_name: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    funding: str
    bank_account_kind: str
    holder_kind: str
    holder_name: str
    nickname: str
    validation: str
    validated_by: str
    is_saved: bool
    address_id: int | None


@dataclass(frozen=True, slots=True)
class Details:
    """What a gateway says of the number behind a method; may change while the method stays."""

    token: str
    fingerprint: str
    brand: str
    bank_name: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    funding: str
    bank_account_kind: str
    holder_kind: str
    holder_name: str


@dataclass(frozen=True, slots=True)
class NewAddress:
    """A billing address as typed."""

    line1: str
    line2: str
    city: str
    state: str
    postal_code: str
