"""Writes to requests and their messages."""

from __future__ import annotations

from datetime import datetime

from counterfoil.core import db, ids
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.requests import states
from counterfoil.requests.drafts import NewRequest, Subject
from counterfoil.requests.models import Message, Request


def create(*, actor: Actor, now: datetime, new: NewRequest, subject: Subject) -> Request:
    """Insert a request with its first message.

    :raises django.db.IntegrityError: one was opened with this one-time token.
    """
    db.demand_transaction()
    request = Request.objects.create(
        public_id=ids.new("request"),
        biller_id=subject.biller_id,
        payer_id=subject.payer_id,
        account_id=subject.account_id,
        kind=new.kind,
        topic=new.topic,
        subject_ref=subject.ref,
        subject_label=subject.label,
        status=states.OPEN,
        key=new.key,
        opened_at=now,
        opened_by_ref=actor.ref,
        opened_by_name=actor.name,
        changed_at=now,
    )
    write(actor=actor, now=now, request=request, text=new.text, key=new.key)
    return request


def write(*, actor: Actor, now: datetime, request: Request, text: str, key: str) -> None:
    """Insert a message of a locked request."""
    Message.objects.create(
        biller_id=request.biller_id,
        request_id=request.pk,
        is_from_staff=actor.kind == ActorKind.STAFF,
        by_ref=actor.ref,
        by_name=actor.name,
        body=text,
        key=key,
        at=now,
    )
    request.changed_at = now
    request.save(update_fields=["changed_at"])


def transition(*, request: Request, to: str, now: datetime) -> str:
    """Move a locked request.

    :returns: the event word.
    :raises IllegalTransition: the table has no such move.
    """
    event = states.REQUEST.event(request.status, to)
    request.status = to
    request.changed_at = now
    request.closed_at = now if to == states.CLOSED else None
    request.save(update_fields=["status", "changed_at", "closed_at"])
    return event
