"""What a request begins with: filled in by interfaces, handed to flows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What a payer asks about one invoice or payment. `key` is the form's one-time token: sent twice, asked once."""

    kind: str
    subject_ref: str
    topic: str
    text: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a request is about, and whose it is; the label is its number as it was then."""

    biller_id: int
    payer_id: int
    account_id: int
    ref: str
    label: str
