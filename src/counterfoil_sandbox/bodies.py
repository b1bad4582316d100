"""What every request that moves money must be before anything is decided: a key, an amount, and one body per key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from counterfoil_sandbox import errors

MAX_AMOUNT_MINOR = 99_999_999


def check_key(key: str) -> None:
    """Let a key pass that can be kept. Raises ApiError 400 `invalid_request`."""
    if not 0 < len(key) <= 200:
        raise errors.ApiError(400, "invalid_request", "Idempotency-Key is missing or too long.")


def amount_minor(body: Mapping[str, Any]) -> int:
    """The amount in minor units, above zero. Raises ApiError 400 `invalid_request`."""
    amount = body.get("amount_minor")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= MAX_AMOUNT_MINOR:
        raise errors.ApiError(
            400, "invalid_request", "amount_minor must be a whole number of cents above zero."
        )
    return amount


def digest(body: Mapping[str, Any]) -> str:
    """What two bodies have in common when they ask for the same."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
