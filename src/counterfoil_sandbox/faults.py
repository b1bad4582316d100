"""The fault switches: what can be told to go wrong, and whether it does this time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from counterfoil_sandbox import errors, merchants, store

CALL_FAULTS = (
    "answer_lost_before",
    "answer_lost_after",
    "slow",
    "error_500_then_success",
    "delayed_execution",
    "keys_forgotten_after",
)
# About a sending: told to be on a question, they are on the charge that is asked about.
SENDING_FAULTS = ("delayed_execution", "keys_forgotten_after")
EVENT_FAULTS = ("event_doubled", "event_late", "event_out_of_order", "event_forged")
CALLS = ("charge", "refund", "look_up", "fence", "any")
DEFAULT_SECONDS = {"slow": 8.0, "event_late": 3600.0, "delayed_execution": 120.0, "keys_forgotten_after": 0.0}
# Long enough that whatever happens next is told first, short enough that a demo sees it arrive.
OUT_OF_ORDER_SECONDS = 90.0


def arm(db: store.Connection, values: Mapping[str, Any]) -> None:
    """Switch a fault on for a merchant: `times` (preset 1) or `probability` with `seed`.

    Raises ApiError 400 `invalid_request` for an unknown fault, 404 for an unknown merchant.
    """
    fault = str(values.get("fault", ""))
    on_call = str(values.get("on", "charge"))
    if fault not in (*CALL_FAULTS, *EVENT_FAULTS) or on_call not in CALLS:
        raise errors.ApiError(400, "invalid_request", "No such fault, or no such call to have it on.")
    if fault in SENDING_FAULTS and on_call in ("look_up", "fence"):
        on_call = "charge"
    merchant = merchants.get(db, by="id", value=str(values.get("merchant", "")))
    probability = values.get("probability")
    standing = probability is not None or fault == "keys_forgotten_after"
    try:
        row = {
            "merchant_id": merchant.id,
            "fault": fault,
            "times_left": None if standing else int(values.get("times", 1)),
            "probability": None if probability is None else float(probability),
            "seed": str(values.get("seed", "")),
            "on_call": on_call,
            "seconds": float(values.get("seconds") or DEFAULT_SECONDS.get(fault, 0.0)),
        }
    except (TypeError, ValueError) as wrong:
        raise errors.ApiError(400, "invalid_request", "A figure of the fault cannot be read.") from wrong
    db.execute(
        """
        INSERT INTO fault (merchant_id, fault, times_left, probability, seed, on_call, seconds) VALUES
        (%(merchant_id)s, %(fault)s, %(times_left)s, %(probability)s, %(seed)s, %(on_call)s, %(seconds)s)
        """,
        row,
    )


def clear(db: store.Connection, *, merchant_id: str) -> None:
    """Switch every fault of a merchant off."""
    db.execute("DELETE FROM fault WHERE merchant_id = %s", [merchant_id])


def _chance(fault: merchants.Fault, salt: str) -> bool:
    # Drawn from the seed and what it strikes, not from a running generator: the same run strikes the same calls
    # whatever order the threads come in.
    digest = hashlib.sha256(f"{fault.seed}|{fault.fault}|{salt}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < (fault.probability or 0.0)


def strike(
    db: store.Connection, merchant: merchants.Merchant, fault: str, *, salt: str, call: str = ""
) -> merchants.Fault | None:
    """The fault if it strikes this time (one of its times is then used up), else None."""
    for armed in merchant.faults:
        if armed.fault != fault or (call and armed.on_call not in (call, "any")):
            continue
        if armed.times_left is None:
            if armed.probability is None or _chance(armed, salt):
                return armed
            continue
        used = db.execute(
            "UPDATE fault SET times_left = times_left - 1 WHERE id = %s AND times_left > 0", [armed.id]
        )
        if used.rowcount:
            return armed
    return None
