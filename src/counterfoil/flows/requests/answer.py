"""Staff answer a request; the payer is told in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.requests import tell, texts
from counterfoil.identity import permissions
from counterfoil.requests import operations as request_operations, queries as request_queries, states
from counterfoil.requests.queries import RequestRow


def run(*, actor: Actor, now: datetime, request_ref: str, text: str, key: str) -> None:
    """Write an answer; with one key it is written once.

    :raises errors.NotFound: not a request the actor may see.
    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: a text that cannot be kept.
    :raises errors.Stale: it was closed meanwhile.
    """
    row = request_queries.get(actor=actor, public_id=request_ref)
    actor.demand_staff(permissions.ANSWER_REQUESTS, biller_id=row.biller_id)
    written = texts.checked(text)
    db.in_transaction(lambda: _answer(actor, now, row, written, key[:64]))


def _answer(actor: Actor, now: datetime, row: RequestRow, text: str, key: str) -> None:
    request = request_queries.lock(request_id=row.id)
    if request_queries.has_message(request_id=row.id, by_ref=actor.ref, key=key):
        return
    if request.status == states.CLOSED:
        raise errors.Stale(_("This request is closed."))
    request_operations.write(actor=actor, now=now, request=request, text=text, key=key)
    if request.status == states.OPEN:
        request_operations.transition(request=request, to=states.ANSWERED, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=row.biller_id,
        action="request.answered",
        object_ref=row.public_id,
        details={},
        now=now,
    )
    tell.payer(actor=actor, now=now, row=row, key="request_answered", once=key, text=text)
