"""Writes to the audit log: plain inserts in the transaction of the act, and sealing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from counterfoil.audit import chain, queries as audit_queries
from counterfoil.core import db
from counterfoil.core.actor import Actor

INSTALLATION: Final = 0
SEAL_LIMIT: Final = 2_000
SEAL_LOCK: Final = 4_711
_ACTION: Final = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to record.

    `action` is `noun.past`, `object_ref` a public id, `details` ids and amounts only.
    """

    actor: Actor
    biller_id: int
    action: str
    object_ref: str
    details: Mapping[str, Any]
    at: datetime


def record(
    *,
    actor: Actor,
    biller_id: int,
    action: str,
    object_ref: str,
    details: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Record one event in the flow's transaction: if it cannot be written, the act does not happen (AU-06).

    `biller_id` is 0 for the installation itself.

    :raises db.InsideTransaction: no flow's transaction is open.
    """
    record_many([NewEvent(actor, biller_id, action, object_ref, details or {}, now)])


def record_many(rows: Sequence[NewEvent]) -> None:
    """Record many events with one statement.

    :raises db.InsideTransaction: no flow's transaction is open.
    :raises ValueError: an action that is not `noun.past`.
    """
    wrong = next((row.action for row in rows if not _ACTION.fullmatch(row.action)), None)
    if wrong is not None:
        raise ValueError(f"{wrong!r} is no noun.past")
    db.insert_many(
        "audit_event",
        {
            "biller_id": ("bigint", [row.biller_id for row in rows]),
            "at": ("timestamptz", [row.at for row in rows]),
            "actor_kind": ("text", [row.actor.kind.value for row in rows]),
            "actor_ref": ("text", [row.actor.ref for row in rows]),
            "action": ("text", [row.action for row in rows]),
            "object_ref": ("text", [row.object_ref for row in rows]),
            "details": ("jsonb", [json.dumps(dict(row.details)) for row in rows]),
            "request_id": ("text", [row.actor.request_id for row in rows]),
            "ip": ("inet", [row.actor.ip or None for row in rows]),
        },
    )


def seal(*, limit: int = SEAL_LIMIT) -> int:
    """Seal up to `limit` pending events into their billers' chains; returns how many.

    Returns 0 at once when another sealer is at work.

    :raises db.InsideTransaction: no flow's transaction is open.
    """
    db.demand_transaction()
    if not _has_lock():
        return 0
    events = audit_queries.list_chained(ids=_take_pending(limit))
    if not events:
        return 0
    heads = audit_queries.list_heads(biller_ids={event.biller_id for event in events})
    seals: list[tuple[int, int, int, bytes]] = []
    for event in events:
        number, before = heads.get(event.biller_id, (0, chain.START))
        heads[event.biller_id] = (number + 1, chain.link(before, event))
        seals.append((event.biller_id, number + 1, event.id, heads[event.biller_id][1]))
    _insert_seals(seals)
    return len(seals)


def _has_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        return bool(cursor.fetchone()[0])


def _take_pending(limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM audit_pending WHERE event_id IN"
            " (SELECT event_id FROM audit_pending ORDER BY event_id LIMIT %s) RETURNING event_id",
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _insert_seals(seals: Sequence[tuple[int, int, int, bytes]]) -> None:
    columns = [list(column) for column in zip(*seals, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_seal (biller_id, seal_no, event_id, hash)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[])",
            columns,
        )
