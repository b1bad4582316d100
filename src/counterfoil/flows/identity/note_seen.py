"""A signed-in person is still there."""

from __future__ import annotations

from datetime import datetime

from counterfoil.core import db
from counterfoil.identity import operations as identity_operations


def run(*, session_key: str, now: datetime) -> None:
    """Note it; called at most once a minute for a session, with real time."""
    with db.transaction():
        identity_operations.note_seen(session_key=session_key, now=now)
