"""A payer writes again in a request of theirs: it waits for an answer once more."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.requests import tell, texts
from counterfoil.payers import permissions
from counterfoil.requests import operations as request_operations, queries as request_queries, states
from counterfoil.requests.queries import RequestRow


def run(*, actor: Actor, now: datetime, request_ref: str, text: str, key: str) -> None:
    """Write a message; with one key it is written once.

    :raises errors.NotFound: not a request of this actor.
    :raises errors.NotPermitted: the user profile does not allow asking.
    :raises errors.Invalid: a text that cannot be kept.
    :raises errors.Stale: it was closed meanwhile.
    """
    row = request_queries.get(actor=actor, public_id=request_ref)
    actor.demand_payer(permissions.ASK, payer_id=row.payer_id)
    written = texts.checked(text)
    db.in_transaction(lambda: _write(actor, now, row, written, key[:64]))


def _write(actor: Actor, now: datetime, row: RequestRow, text: str, key: str) -> None:
    request = request_queries.lock(request_id=row.id)
    if request_queries.has_message(request_id=row.id, by_ref=actor.ref, key=key):
        return
    if request.status == states.CLOSED:
        raise errors.Stale(_("This request is closed. You can ask a new question."))
    request_operations.write(actor=actor, now=now, request=request, text=text, key=key)
    event = "request.followed_up"
    if request.status == states.ANSWERED:
        event = request_operations.transition(request=request, to=states.OPEN, now=now)
    audit_operations.record(
        actor=actor, biller_id=row.biller_id, action=event, object_ref=row.public_id, details={}, now=now
    )
    tell.office(now=now, row=row, once=key, text=text)
