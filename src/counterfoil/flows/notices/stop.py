"""Somebody follows a mail's link to stop its kind of message: no sign-in, and no word about whose it is (RFC 8058)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, tokens
from counterfoil.core.actor import Actor
from counterfoil.notices import choices, operations as notice_operations, queries as notice_queries, registry

PURPOSE: Final = "stop-notices"
PATH: Final = "/messages/stop/"


def path_of(*, public_id: str, key: str) -> str:
    """Return where a message's reader stops messages like it; empty for those that one click cannot stop."""
    switch = choices.BY_KEY.get(registry.get(key).switch)
    if switch is None or not switch.by_one_click:
        return ""
    return f"{PATH}{tokens.sign(public_id, purpose=PURPOSE)}/"


def run(*, actor: Actor, now: datetime, token: str) -> None:
    """Turn them off for the payer the message went to. Says nothing, whatever the token: the page says the same.

    A message that is gone, is not ours or cannot be stopped changes nothing; a second click neither.
    """
    with suppress(tokens.BadToken):
        public_id = tokens.unsign(token, purpose=PURPOSE)
        _stop(actor, now, public_id)


def _stop(actor: Actor, now: datetime, public_id: str) -> None:
    found = notice_queries.find_stoppable(public_id=public_id)
    if found is None:
        return
    biller_id, payer_id, key = found
    switch = choices.BY_KEY.get(registry.get(key).switch)
    if switch is None or not switch.by_one_click:
        return
    with db.transaction():
        changed = notice_operations.choose(
            biller_id=biller_id,
            payer_id=payer_id,
            switches={switch.key: False},
            by_ref=public_id,
            now=now,
        )
        if changed:
            audit_operations.record(
                actor=actor,
                biller_id=biller_id,
                action="notices.stopped",
                object_ref=public_id,
                details={"switch": switch.key},
                now=now,
            )
