"""The nightly proof: the books of every biller, and the audit log. What does not hold is an error in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import DatabaseError

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.core.actor import Actor
from counterfoil.flows.audit import verify as verify_audit
from counterfoil.flows.books import verify as verify_books

log = logging.getLogger(__name__)


def run(*, actor: Actor, now: datetime) -> int:
    """Check each biller on a snapshot of its own; return how many things do not hold, each told in the log.

    A check that cannot be run counts as one, and keeps the others from nothing.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    if not actor.is_system:
        raise errors.NotPermitted("Only the installation proves its books.")
    chains = {audit_operations.INSTALLATION: "installation"}
    chains |= {biller.id: biller.public_id for biller in biller_queries.list_all()}
    wrong = 0
    for biller_id, ref in chains.items():
        if biller_id != audit_operations.INSTALLATION:
            wrong += _told(ref, partial(_books, biller_id))
        wrong += _told(ref, partial(_audit, actor, now, biller_id))
    return wrong


def _told(ref: str, check: Callable[[], list[str]]) -> int:
    try:
        found = check()
    except DatabaseError:
        log.exception("a nightly check could not be run", extra={"ref": ref})
        return 1
    for each in found:
        log.error("does not hold: %s", each, extra={"ref": ref})
    return len(found)


def _books(biller_id: int) -> list[str]:
    return [f"{each.proof}: {each.subject}: {each.why}" for each in verify_books.run(biller_id=biller_id)]


def _audit(actor: Actor, now: datetime, biller_id: int) -> list[str]:
    """Say what is wrong with one chain; what belongs to no chain is told once, with the installation's own."""
    verdict = verify_audit.run(actor=actor, now=now, biller_id=biller_id)
    found = [f"audit log, seal {each.seal_no}: {each.reason}" for each in verdict.breaks]
    if verdict.neither and biller_id == audit_operations.INSTALLATION:
        found.append(f"audit log: {verdict.neither} events are neither sealed nor waiting for it")
    return found
