"""Reads of the audit log, and the proof that nobody changed it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from counterfoil.audit import chain
from counterfoil.audit.models import AuditEvent
from counterfoil.core.actor import Actor

VERIFY_STEP: Final = 5_000
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as a list shows it."""

    id: int
    biller_id: int
    at: datetime
    actor_kind: str
    actor_ref: str
    action: str
    object_ref: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold."""

    biller_id: int
    seal_no: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. `neither` counts events that are not sealed and do not wait: an alarm."""

    sealed: int
    pending: int
    oldest_pending_at: datetime | None
    neither: int
    breaks: tuple[Break, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether nothing was changed, removed, put in or lost."""
        return not self.breaks and not self.neither


def list_events(
    *,
    actor: Actor,
    biller_id: int,
    object_ref: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[EventRow]:
    """Return a biller's events, newest first, a page at a time by `before_id`.

    None to who does not work there.
    """
    if not actor.is_system and biller_id not in actor.staff_biller_ids():
        return []
    rows = AuditEvent.objects.filter(biller_id=biller_id)
    if object_ref is not None:
        rows = rows.filter(object_ref=object_ref)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    fields = ("id", "biller_id", "at", "actor_kind", "actor_ref", "action", "object_ref", "details")
    return [EventRow(*row) for row in rows.order_by("-pk").values_list(*fields)[:limit]]


def list_chained(*, ids: Collection[int]) -> list[chain.ChainedEvent]:
    """Return these events as the chain sees them, in ascending id.

    For the sealer, which sees every biller.
    """
    rows = AuditEvent.objects.filter(pk__in=list(ids)).order_by("pk")
    return [chain.ChainedEvent(*row) for row in rows.values_list(*chain.ChainedEvent.__slots__)]


def list_heads(*, biller_ids: Collection[int] | None = None) -> dict[int, tuple[int, bytes]]:
    """Return the last number and hash of each biller's chain; of every chain when no biller is named."""
    billers = _list_chains() if biller_ids is None else biller_ids
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b, s.seal_no, s.hash FROM unnest(%s::bigint[]) b CROSS JOIN LATERAL"
            " (SELECT seal_no, hash FROM audit_seal WHERE biller_id = b ORDER BY seal_no DESC LIMIT 1) s",
            [list(billers)],
        )
        return {biller: (number, bytes(digest)) for biller, number, digest in cursor.fetchall()}


def count_pending() -> tuple[int, datetime | None]:
    """Return how many events wait to be sealed, and since when the oldest does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(e.at) FROM audit_pending p LEFT JOIN audit_event e ON e.id = p.event_id"
        )
        count, oldest = cursor.fetchone()
    return int(count), oldest


def verify(*, biller_id: int | None = None, heads: Mapping[int, tuple[int, bytes]] | None = None) -> Verdict:
    """Recompute every chain, or one biller's, and compare; run inside `db.reading()` for one snapshot.

    `heads` are numbers and hashes noted earlier and kept elsewhere (a checkpoint): with them a chain that
    was cut
    short or written anew as a whole is found too.
    """
    breaks: list[Break] = []
    sealed = 0
    noted = heads or {}
    chains = set(_list_chains()) | set(noted) if biller_id is None else {biller_id}
    for chain_id in sorted(chains):
        count, found = _verify_chain(chain_id, noted.get(chain_id))
        sealed += count
        breaks += found
    pending, oldest = count_pending()
    return Verdict(sealed, pending, oldest, _count_neither(), tuple(breaks[:SHOWN]))


def _verify_chain(biller_id: int, noted: tuple[int, bytes] | None) -> tuple[int, list[Break]]:
    breaks: list[Break] = []
    number, before = 0, chain.START
    for seal_no, digest, event in _walk(biller_id):
        reason = _judge(seal_no, digest, event, expected=number + 1, before=before, biller_id=biller_id)
        if reason is None and noted is not None and noted[0] == seal_no and noted[1] != digest:
            reason = "differs from the checkpoint"
        if reason is not None:
            breaks.append(Break(biller_id, seal_no, reason))
        # Going on from what is stored: one change is reported once, not for all that follows.
        number, before = seal_no, digest
    if noted is not None and noted[0] > number:
        breaks.append(Break(biller_id, noted[0], "the chain ends before the checkpoint"))
    return number, breaks


def _judge(
    seal_no: int,
    digest: bytes,
    event: chain.ChainedEvent | None,
    *,
    expected: int,
    before: bytes,
    biller_id: int,
) -> str | None:
    if seal_no != expected:
        return "seals are missing before it"
    if event is None:
        return "its event was deleted"
    if event.biller_id != biller_id or chain.link(before, event) != digest:
        return "its event or its seal was changed"
    return None


def _walk(biller_id: int) -> Iterator[tuple[int, bytes, chain.ChainedEvent | None]]:
    """Yield a chain's seals in order, a few thousand a statement, each with its event where there is one."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seal_no, event_id, hash FROM audit_seal WHERE biller_id = %s AND seal_no > %s"
                " ORDER BY seal_no LIMIT %s",
                [biller_id, after, VERIFY_STEP],
            )
            seals = cursor.fetchall()
        if not seals:
            return
        events = {event.id: event for event in list_chained(ids=[seal[1] for seal in seals])}
        for seal_no, event_id, digest in seals:
            yield seal_no, bytes(digest), events.get(event_id)
        after = seals[-1][0]


def _list_chains() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT biller_id FROM audit_seal ORDER BY biller_id")
        return [row[0] for row in cursor.fetchall()]


def _count_neither() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event e"
            " WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.event_id = e.id)"
            " AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.event_id = e.id)"
        )
        return int(cursor.fetchone()[0])
