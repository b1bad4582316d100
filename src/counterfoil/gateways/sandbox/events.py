"""The sandbox's webhooks: whether they are its own, and what they are about."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from counterfoil.gateways import base

HEADER = "sandbox-signature"
TOLERANCE = timedelta(minutes=5)
KINDS = frozenset(
    {
        "charge.captured",
        "charge.pending",
        "charge.declined",
        "charge.action_needed",
        "charge.funded",
        "charge.returned",
        "charge.canceled",
        "refund.pending",
        "refund.succeeded",
        "refund.failed",
        "token.updated",
        "token.revoked",
        "clock.advanced",
    }
)


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> base.GatewayNews | None:
    """Check signature and age (5 minutes either way of real time `now`), then read.

    None for kinds of no interest. Raises `base.Forged`.
    """
    _check_signature(body, headers, secret=secret, now=now)
    try:
        return _read(json.loads(body))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise base.Forged("signed, but not an event", code="unreadable") from error


def _check_signature(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> None:
    header = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    parts = dict(piece.partition("=")[::2] for piece in header.split(","))
    stamp, given = parts.get("t", "").strip(), parts.get("v1", "").strip()
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise base.Forged("no signature", code="no_signature")
    expected = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise base.Forged("the signature does not hold", code="bad_signature")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise base.Forged("the signature is too old", code="too_old")


def _read(found: dict[str, Any]) -> base.GatewayNews | None:
    kind, data = str(found["type"]), found["data"]
    if kind not in KINDS:
        return None
    subject = data.get("charge") or data.get("refund")
    return base.GatewayNews(
        event_id=str(found["id"]),
        kind=kind,
        key=str(subject["key"]) if subject else None,
        token=str(data["token"]["token"]) if "token" in data else None,
        occurred_at=datetime.fromisoformat(found["created_at"]),
        payload=data,
    )
