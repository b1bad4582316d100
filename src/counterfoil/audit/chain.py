"""The hash chain over audit events.

Pure, so that an exported chain can be checked without this program's database.

hash = SHA-256(hash before || SHA-256(canonical event)); before the first stands 32 zero bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

START: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """What of an audit event the chain protects: all that says who did what, when, to what."""

    id: int
    biller_id: int
    at: datetime
    actor_kind: str
    actor_ref: str
    action: str
    object_ref: str
    details: Mapping[str, Any]
    request_id: str
    ip: str | None


def canonical(event: ChainedEvent) -> bytes:
    """Return the event as the one JSON text that stands for it.

    Sorted keys, no spaces, UTC with microseconds.
    """
    fields = asdict(event) | {"at": event.at.astimezone(UTC).isoformat(timespec="microseconds")}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(before: bytes, event: ChainedEvent) -> bytes:
    """Return the event's hash after `before`, the hash of the event sealed before it."""
    return hashlib.sha256(before + hashlib.sha256(canonical(event)).digest()).digest()
