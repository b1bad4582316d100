"""*Schedule Payment*: a payment on a later date is accepted and stored, with its authorization. Nothing moves yet.

How it can fail: two clicks at once (the key is known once: one row), a page gone stale (the digest differs), the
method disabled meanwhile (its row is locked), a crash (one commit: all of it or nothing).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import facts as payment_facts, quote, schedule_notices
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import PayOrder
from counterfoil.flows.schedules import review
from counterfoil.flows.schedules.review import LaterReview
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.operations import NewScheduled

KEY_ONCE = "scheduled_key_once"


def run(  # noqa: PLR0913 - what was reviewed, and by whom
    *,
    actor: Actor,
    now: datetime,
    order: PayOrder,
    on: date,
    key: str,
    seen: str,
    assent: str = "Schedule Payment",
) -> str:
    """Set the payment that was reviewed for its day; return its public id. The same key again gives the same one.

    :raises errors.Refused: it will not do, or changed since the review; nothing was set.
    :raises errors.NotFound: not this actor's to pay.
    """
    actor.demand_payer(permissions.AUTOPAY, payer_id=order.payer_id)

    def work() -> str:
        return _schedule(actor, now, order, on, key, seen, assent)

    try:
        return db.in_transaction(work)
    except IntegrityError as error:
        if KEY_ONCE not in str(error):
            raise
        # Two clicks at once: the other one was first. Its row is committed now.
        return db.in_transaction(work)


def _schedule(  # noqa: PLR0913, PLR0917 - the parts of one act
    actor: Actor, now: datetime, order: PayOrder, on: date, key: str, seen: str, assent: str
) -> str:
    payer_queries.lock_accounts(account_ids=[order.account_id])
    method_queries.lock_by_refs(refs=[order.method_ref])
    facts = payment_facts.load(actor=actor, now=now, orders=[order])[0]
    before = schedule_queries.find_by_key(biller_id=facts.biller.id, key=_key(order, key))
    if before is not None:
        public_id, request_hash = before
        if request_hash != seen:
            raise errors.Stale(_("This form was changed in another tab. Please check the payment again."))
        return public_id
    made = review.make(actor=actor, facts=facts, order=order, on=on, now=now)
    if made.digest != seen:
        raise quote.stale(made.quote, seen)
    [authorization_id] = agreement_operations.create_many(
        actor=actor, now=now, drafts=[authorization(made, assent)]
    )
    [(row_id, public_id)] = schedule_operations.create_scheduled(
        actor=actor, now=now, drafts=[_draft(made, facts, order, _key(order, key), seen, authorization_id)]
    )
    audit_operations.record(
        actor=actor,
        biller_id=facts.biller.id,
        action="schedule.created",
        object_ref=public_id,
        details={
            "amount_minor": made.quote.amount_minor,
            "fee_minor": made.quote.fee_minor,
            "run_on": made.run_on.isoformat(),
        },
        now=now,
    )
    schedule_notices.queue(now=now, key="scheduled_confirmed", scheduled_ids=[row_id])
    return public_id


def authorization(made: LaterReview, assent: str) -> agreement_operations.NewAuthorization:
    """Return the permission for one payment on its day: amount and date are in it (Nacha 2.3.2)."""
    priced = made.quote
    return agreement_operations.NewAuthorization(
        biller_id=priced.biller_id,
        payer_id=priced.order.payer_id,
        kind="single",
        method_ref=priced.method.public_id,
        sec_code=sec_code(priced.method),
        amount_minor=priced.total_minor,
        currency=priced.currency,
        debit_on=made.run_on,
        text=made.text,
        assent=assent,
    )


def sec_code(method: MethodRow) -> str:
    """Return the entry class: a consumer's account authorized on the web is WEB, a business account CCD (NA-01)."""
    if method.kind != "bank":
        return ""
    return "CCD" if method.holder_kind == "business" else "WEB"


def _key(order: PayOrder, key: str) -> str:
    return f"{order.payer_id}:{key}"


def _draft(
    made: LaterReview, facts: Facts, order: PayOrder, key: str, seen: str, authorization_id: int
) -> NewScheduled:
    return NewScheduled(
        biller_id=facts.biller.id,
        account_id=order.account_id,
        payer_id=order.payer_id,
        method_id=made.quote.method.id,
        authorization_id=authorization_id,
        key=key,
        request_hash=seen,
        origin=states.PAYER,
        mode=order.mode.value,
        amounts=tuple((share.invoice_public_id, share.amount_minor) for share in made.quote.shares),
        fee_minor=made.quote.fee_minor,
        currency=made.quote.currency,
        run_on=made.run_on,
        cutoff_at=made.cutoff_at,
    )
