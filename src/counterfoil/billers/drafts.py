"""What a biller and a gateway connection begin with: filled in by interfaces, handed to flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBiller:
    """What a biller begins with."""

    organization: str
    key: str
    name: str
    legal_name: str = ""
    zone: str
    currency: str = "USD"
    phone: str
    email: str = ""
    address_lines: tuple[str, ...] = ()
    hue: int = 215
    collector_mode: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnection:
    """A contract with a gateway: which, for which kinds of method, with which settings."""

    gateway_key: str
    name: str
    kinds: tuple[str, ...]
    config: Mapping[str, str] = field(repr=False)
    public_id: str = ""
