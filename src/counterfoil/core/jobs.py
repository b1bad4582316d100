"""The only way to queue a job. A job carries ids alone; the rows hold the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import JSONDict

# name -> queue. `worker/tasks.py` has exactly these; a test compares.
NAMES: Final = {
    "call_gateway": "pay",
    "apply_gateway_event": "pay",
    "resolve_unknown": "pay",
    "resolve_refunds": "pay",
    "settle_matured": "pay",
    "follow_validation": "pay",
    "catch_up": "pay",
    "run_scheduled": "pay",
    "plan_autopay": "pay",
    "plan_collections": "pay",
    "plan_autopay_of": "pay",
    "deliver_notice": "mail",
    "tell_sharing": "mail",
    "remind": "mail",
    "seal_audit": "default",
    "sweep": "default",
    "redefer": "default",
    "forget_tokens": "default",
    "warn_expiring": "default",
    "prove": "default",
    "delete_old_jobs": "default",
}


def defer(
    name: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    at: datetime | None = None,
    **ids: int | str,
) -> None:
    """Queue the job in the present transaction; it vanishes with it.

    With `queueing_lock` a job that waits already is enough: nothing is added and nothing is raised.

    :raises KeyError: no such job.
    """
    job = app.configure_task(name, queue=NAMES[name], lock=lock, queueing_lock=queueing_lock, schedule_at=at)
    if queueing_lock is None:
        job.defer(**ids)
        return
    # A duplicate leaves the transaction aborted unless a savepoint stands around it.
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(**ids)


def defer_many(name: str, batch: Sequence[Mapping[str, int | str]], *, is_urgent: bool = False) -> None:
    """Queue many jobs of one name in one statement; urgent ones go before all others that wait."""
    rows: list[JSONDict] = [dict(job.items()) for job in batch]
    if rows:
        app.configure_task(name, queue=NAMES[name], priority=int(is_urgent)).batch_defer(*rows)
