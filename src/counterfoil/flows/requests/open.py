"""A payer asks about an invoice, or reports a problem with a payment. It moves no money and stops none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.requests import tell, texts
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import permissions
from counterfoil.payments import queries as payment_queries
from counterfoil.requests import operations as request_operations, queries as request_queries, states, topics
from counterfoil.requests.drafts import NewRequest, Subject

# Nobody waits for more answers than this at one time; who does is better helped on the phone.
MOST_OPEN: Final = 20


def run(*, actor: Actor, now: datetime, new: NewRequest) -> str:
    """Open a request and return its public id; sent twice with one key, it is opened once.

    :raises errors.NotFound: not an invoice or payment that the actor may see.
    :raises errors.NotPermitted: the user profile does not allow asking.
    :raises errors.Invalid: no such topic, or a text that cannot be kept.
    :raises errors.Refused: too many requests of this payer wait for an answer.
    """
    subject = _subject(actor, new)
    actor.demand_payer(permissions.ASK, payer_id=subject.payer_id)
    if new.topic not in topics.OF[new.kind]:
        raise errors.Invalid(_("Choose what it is about."), field="topic")
    checked = replace(new, text=texts.checked(new.text), key=new.key[:64])
    known = request_queries.find_by_key(biller_id=subject.biller_id, by_ref=actor.ref, key=checked.key)
    if known is not None:
        return known
    _demand_room(actor, subject)
    return db.in_transaction(lambda: _open(actor, now, checked, subject))


def _open(actor: Actor, now: datetime, new: NewRequest, subject: Subject) -> str:
    try:
        with db.savepoint():
            request = request_operations.create(actor=actor, now=now, new=new, subject=subject)
    except IntegrityError:
        # The same form, a moment ago, from another tab or a second click.
        known = request_queries.find_by_key(biller_id=subject.biller_id, by_ref=actor.ref, key=new.key)
        if known is None:
            raise
        return known
    audit_operations.record(
        actor=actor,
        biller_id=subject.biller_id,
        action="request.opened",
        object_ref=request.public_id,
        details={"about": subject.ref, "topic": new.topic},
        now=now,
    )
    row = request_queries.get(actor=actor, public_id=request.public_id)
    tell.payer(actor=actor, now=now, row=row, key="request_received", once="", text=new.text)
    tell.office(now=now, row=row, once="", text=new.text)
    return request.public_id


def _subject(actor: Actor, new: NewRequest) -> Subject:
    if new.kind == topics.INVOICE:
        invoice = invoice_queries.get(actor=actor, public_id=new.subject_ref)
        return Subject(
            biller_id=invoice.biller_id,
            payer_id=invoice.payer_id,
            account_id=invoice.account_id,
            ref=invoice.public_id,
            label=invoice.number,
        )
    if new.kind == topics.PAYMENT:
        payment = payment_queries.get(actor=actor, public_id=new.subject_ref)
        return Subject(
            biller_id=payment.biller_id,
            payer_id=payment.payer_id,
            account_id=payment.account_id,
            ref=payment.public_id,
            label=payment.number,
        )
    raise errors.NotFound(new.kind)


def _demand_room(actor: Actor, subject: Subject) -> None:
    waiting = request_queries.count(
        actor=actor, statuses=[states.OPEN], payer_ids=[subject.payer_id], at_most=MOST_OPEN
    )
    if waiting >= MOST_OPEN:
        raise errors.Refused(
            _("Many of your requests wait for an answer already. Please call us."), code="too_many"
        )
