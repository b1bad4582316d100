"""Refunds of which nobody knows what became, or that are on their way: asked about, fenced, never sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from counterfoil.core.actor import Actor
from counterfoil.flows.refunds import calls, record
from counterfoil.gateways import base
from counterfoil.refunds import queries as refund_queries

BATCH: Final = 200


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Ask about every refund that is due to be asked about; return how many there were."""
    due = refund_queries.due_checks(now=now, limit=BATCH, biller_id=biller_id)
    ask(actor=actor, now=now, refund_ids=due, source="look_up")
    return len(due)


def ask(*, actor: Actor, now: datetime, refund_ids: Sequence[int], source: str) -> set[int]:
    """Ask the gateways what became of these refunds, and record it; return those without an answer."""
    if not refund_ids:
        return set()
    answers = calls.ask(refund_ids=refund_ids, now=now)
    record.run(actor=actor, now=now, answers=answers, source=source)
    heard = {refund_id for refund_id, answer in answers if not isinstance(answer, base.Unknown)}
    return set(refund_ids) - heard
