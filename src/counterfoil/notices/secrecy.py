"""Secrets in a notice's frozen data: sealed while they wait, erased once they were sent."""

from __future__ import annotations

from typing import Any

from counterfoil.core import vault
from counterfoil.notices import base, registry

TABLE = "notices_notice"


def seal(*, key: str, public_id: str, data: base.Data) -> dict[str, Any]:
    """Return the data with the secrets of this kind of notice encrypted for this row."""
    hidden = {
        token: vault.seal(str(data[token]).encode(), table=TABLE, column=f"data.{token}", row=public_id)
        for token in registry.get(key).secrets
    }
    return {**data, **hidden}


def opened(*, key: str, public_id: str, data: base.Data) -> dict[str, Any]:
    """Return the data with its secrets readable, to render it.

    :raises vault.SealBroken: a secret was changed, or erased.
    """
    shown = {
        token: vault.open(data[token], table=TABLE, column=f"data.{token}", row=public_id).decode()
        for token in registry.get(key).secrets
    }
    return {**data, **shown}


def erased(*, key: str, data: base.Data) -> dict[str, Any]:
    """Return the data without its secrets."""
    return {**data, **dict.fromkeys(registry.get(key).secrets, "")}
