"""The face a payer sees. Pure: pages and messages get one of these, never a row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

# Raised when the sheet that is made from a hue changes, so that browsers fetch it anew.
SHEET_VERSION: Final = "1"
HASH_LETTERS: Final = 10


@dataclass(frozen=True, slots=True)
class Brand:
    """Name, contact and colour of whose page this is; `css_url` is the sheet of its colours."""

    name: str
    phone: str
    email: str
    hue: int
    css_url: str
    on_behalf_of: str = ""
    logo_url: str = ""
    address_lines: tuple[str, ...] = ()


def css_path(*, key: str, hue: int) -> str:
    """Return the address of a biller's colour sheet; it changes with its content, so it can be kept for ever."""
    digest = hashlib.sha256(f"{SHEET_VERSION}:{hue}".encode()).hexdigest()[:HASH_LETTERS]
    return f"/brand/{key}-{digest}.css"
