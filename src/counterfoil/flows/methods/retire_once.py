"""Methods for one time alone (PayPal, *this time only*) go when nothing needs them any longer, their tokens with them.

How it can fail:

* Somebody is about to pay with it: it stays for a day after it was made and after its last payment, and it is locked
  while it is judged, as by every payment that is born. Who comes back to an older review gets a new one, and the
  review is shown again.
* A payment may still come back, or its outcome is unknown: it stays until that is over.
* A crash: a batch is one commit, and the next run finds what is left. The gateway is told by `forget`, after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.queries import PaymentMethod
from counterfoil.payments import queries as payment_queries
from counterfoil.schedules import queries as schedule_queries

AT_ONCE: Final = 100
STAYS: Final = timedelta(days=1)


def run(*, actor: Actor, now: datetime) -> int:
    """Delete every one-time method that is done with, so that its token is forgotten; return how many went.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    actor.demand_staff("methods.forget", biller_id=0)
    gone, after_id = 0, 0
    while found := method_queries.list_once_ids(before=now - STAYS, after_id=after_id, limit=AT_ONCE):
        after_id = found[-1]
        gone += db.in_transaction(partial(_retire, actor, now, found))
    return gone


def _retire(actor: Actor, now: datetime, method_ids: Sequence[int]) -> int:
    methods = [each for each in method_queries.lock(method_ids=method_ids) if each.status != states.DELETED]
    needed = payment_queries.list_needed_methods(
        methods={(each.payer_id, each.pk) for each in methods},
        # A day to spare: the biller's day may be behind this one.
        on=(now - STAYS).date(),
        since=now - STAYS,
    )
    free = [each for each in methods if each.pk not in needed and not _is_set(each.pk)]
    for method in free:
        _delete(actor, now, method)
    return len(free)


def _is_set(method_id: int) -> bool:
    """Tell whether autopay or a payment set for later uses it; none is offered for those, so none should."""
    return bool(
        schedule_queries.living_ids(method_ids=[method_id])
        or schedule_queries.open_ids(method_ids=[method_id])
        or schedule_queries.has_running(method_id=method_id)
    )


def _delete(actor: Actor, now: datetime, method: PaymentMethod) -> None:
    method_operations.retire_token(actor=actor, method=method, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=method.biller_id,
        action=method_operations.transition(method=method, to=states.DELETED),
        object_ref=method.public_id,
        details={"why": "once"},
        now=now,
    )
