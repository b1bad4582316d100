"""The outbox: events that wait for delivery, signed when they are taken; retried for three days of the clock."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil_sandbox import clock, store

BACKOFF_SECONDS = (5, 30, 120, 600, 3600, 6 * 3600, 12 * 3600)
GIVE_UP_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event ready to be posted to a merchant's webhook."""

    seq: int
    merchant_id: str
    event_id: str
    kind: str
    url: str
    body: bytes
    headers: dict[str, str]


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The Sandbox-Signature header: unix real time and an HMAC over time and body."""
    stamp = int(at.timestamp())
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mac}"


class Outbox:
    """Takes due events and notes what became of them; used by the courier thread or by a simulator."""

    def __init__(self, base: store.Store, time: clock.Clock) -> None:
        self._store = base
        self._clock = time

    def due(self, now: datetime, *, merchant_id: str | None = None, limit: int = 200) -> list[Delivery]:
        """Events to deliver at `now` (real time; each merchant's own offset is added), in their order."""
        with self._store.session() as db:
            rows = db.execute(
                """
                SELECT e.seq, e.merchant_id, e.event_id, e.kind, e.body, e.note, m.webhook_url, m.webhook_secret
                  FROM event e JOIN merchant m ON m.id = e.merchant_id
                 WHERE e.next_try_at <= %(now)s + make_interval(secs => m.offset_seconds) AND m.webhook_url <> ''
                   AND (%(merchant)s::text IS NULL OR e.merchant_id = %(merchant)s)
                 ORDER BY e.next_try_at, e.seq LIMIT %(limit)s
                """,
                {"now": now, "merchant": merchant_id, "limit": limit},
            ).fetchall()
        return [self._sealed(row, now) for row in rows]

    def _sealed(self, row: store.Row, now: datetime) -> Delivery:
        body = row["body"].encode()
        secret = "a stranger" if row["note"] == "forged" else row["webhook_secret"]
        return Delivery(
            seq=row["seq"],
            merchant_id=row["merchant_id"],
            event_id=row["event_id"],
            kind=row["kind"],
            url=row["webhook_url"],
            body=body,
            headers={"Content-Type": "application/json", "Sandbox-Signature": sign(body, secret, now)},
        )

    def delivered(self, seqs: Sequence[int], now: datetime) -> None:
        """Note that these were answered with 2xx."""
        with self._store.session() as db:
            db.execute(
                """
                UPDATE event e SET delivered_at = %(now)s + make_interval(secs => m.offset_seconds), next_try_at = NULL,
                       attempts = attempts + 1, last_answer = '2xx'
                  FROM merchant m WHERE m.id = e.merchant_id AND e.seq = ANY(%(seqs)s)
                """,
                {"now": now, "seqs": list(seqs)},
            )

    def failed(self, seq: int, now: datetime, *, answer: str) -> None:
        """Note a failed delivery and when it is tried again; a forged event is tried once only."""
        with self._store.session() as db:
            row = db.execute(
                "SELECT e.attempts, e.first_try_at, e.note, m.offset_seconds FROM event e "
                "JOIN merchant m ON m.id = e.merchant_id WHERE e.seq = %s",
                [seq],
            ).fetchone()
            if row is None:
                return
            at = now + timedelta(seconds=row["offset_seconds"])
            first = row["first_try_at"] or at
            wait = BACKOFF_SECONDS[min(row["attempts"], len(BACKOFF_SECONDS) - 1)]
            over = row["note"] == "forged" or at - first > GIVE_UP_AFTER
            db.execute(
                "UPDATE event SET attempts = attempts + 1, first_try_at = %s, next_try_at = %s, last_answer = %s "
                "WHERE seq = %s",
                [first, None if over else at + timedelta(seconds=wait), answer[:100], seq],
            )
