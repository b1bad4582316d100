"""What became of messages after they were queued, for flows that may only act on what was told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from counterfoil.core import db
from counterfoil.notices import states


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of one message. `sent_at`: when the mail server took it; None while it has not.

    `is_refused`: it will never arrive at `to`; one that was given up because no server answered is not refused.
    """

    to: str
    sent_at: datetime | None
    is_refused: bool


def list_sendings(*, onces: Collection[str]) -> dict[str, Sending]:
    """Return what became of the messages of these intents, by intent; one query, however many."""
    rows = db.select(
        'SELECT notice.once, delivery."to", delivery.status, delivery.sent_at, delivery.attempts'
        " FROM notices_notice notice JOIN notices_delivery delivery ON delivery.notice_id = notice.id"
        " WHERE notice.once = ANY(%s) ORDER BY delivery.id",
        [list(onces)],
    )
    return {
        once: Sending(
            to=to,
            sent_at=sent_at if status == states.SENT else None,
            is_refused=status == states.FAILED and states.wait_after(attempts) is not None,
        )
        for once, to, status, sent_at, attempts in rows
    }
