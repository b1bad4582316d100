"""*Start Autopay*: the recurring authorization is accepted and stored; what is open now is planned at once (RE-01).

How it can fail: two clicks at once (one living enrollment for a payer and account, by the database), a page gone
stale (the digest differs), the method disabled meanwhile (its row is locked), a crash before planning (the hourly
planner finds the enrollment).
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments import schedule_notices, withdraw_collections
from counterfoil.flows.schedules import enrollment_review, plan_autopay
from counterfoil.flows.schedules.enrollment_review import EnrollmentForm, EnrollmentReview
from counterfoil.methods import queries as method_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow

# What pages need to ask for a review and to start.
__all__ = ["EnrollmentForm", "EnrollmentReview", "review", "run"]

ONCE = ("enrollment_one_for_account", "enrollment_one_for_all")


def review(*, actor: Actor, now: datetime, form: EnrollmentForm) -> EnrollmentReview:
    """Return what would be agreed to, with the exact text.

    :raises errors.Refused: a choice will not do; `field` names which. Or there is autopay for this already.
    :raises errors.NotFound: not this actor's payer or account.
    """
    made = enrollment_review.run(actor=actor, now=now, form=form)
    if _find(actor, form) is not None:
        raise _exists()
    return made


def run(
    *, actor: Actor, now: datetime, form: EnrollmentForm, seen: str, assent: str = "Start Autopay"
) -> str:
    """Start autopay as reviewed; return its public id. The same again gives the same one.

    :raises errors.Refused: a choice will not do, or changed since the review, or there is other autopay already.
    :raises errors.NotFound: not this actor's payer or account.
    """

    def work() -> str:
        return _enroll(actor, now, form, seen, assent)

    try:
        public_id = db.in_transaction(work)
    except IntegrityError as error:
        if not any(name in str(error) for name in ONCE):
            raise
        # Two clicks at once: the other one was first. Its row is committed now.
        public_id = db.in_transaction(work)
    biller_id = schedule_queries.get_enrollment(actor=actor, public_id=public_id).biller_id
    plan_autopay.run(actor=WORKER, now=now, biller_id=biller_id, payer_ids=[form.payer_id])
    return public_id


def _enroll(actor: Actor, now: datetime, form: EnrollmentForm, seen: str, assent: str) -> str:
    method_queries.lock_by_refs(refs=[form.method_ref])
    made = enrollment_review.run(actor=actor, now=now, form=form)
    before = _find(actor, form)
    if before is not None:
        if _is_same(before, form):
            return before.public_id
        raise _exists()
    if made.digest != seen:
        raise errors.Stale(_("Something changed since you read this. Please read it again."))
    [authorization_id] = agreement_operations.create_many(
        actor=actor, now=now, drafts=[enrollment_review.authorization(made, assent)]
    )
    enrollment = schedule_operations.create_enrollment(
        actor=actor,
        terms=made.terms,
        biller_id=made.biller.id,
        currency=made.biller.currency,
        authorization_id=authorization_id,
        now=now,
    )
    audit_operations.record(
        actor=actor,
        biller_id=made.biller.id,
        action="autopay.started",
        object_ref=enrollment.public_id,
        details={"rule": form.rule, "amount_minor": made.terms.amount_minor, "day_rule": form.day_rule},
        now=now,
    )
    _stop_collecting(actor, now, form)
    schedule_notices.queue_enrollments(
        now=now,
        key="autopay_started",
        enrollment_ids=[enrollment.pk],
        extra={enrollment.pk: {"text": made.text.body}},
    )
    return enrollment.public_id


def _stop_collecting(actor: Actor, now: datetime, form: EnrollmentForm) -> None:
    """Cancel what the biller was to collect where autopay pays from now on."""
    withdraw_collections.run(
        actor=actor,
        now=now,
        reason=withdraw_collections.AUTOPAY,
        payer_ids=[form.payer_id],
        account_ids=None if form.account_id is None else {form.account_id},
    )


def _find(actor: Actor, form: EnrollmentForm) -> EnrollmentRow | None:
    found = schedule_queries.list_enrollments(actor=actor, payer_ids=[form.payer_id])
    return next((row for row in found if row.account_id == form.account_id), None)


def _is_same(row: EnrollmentRow, form: EnrollmentForm) -> bool:
    return (row.method_ref, row.rule, row.amount_minor, row.day_rule, row.day, row.tell_rule) == (
        form.method_ref,
        form.rule,
        form.amount_minor if form.rule != states.FULL else None,
        form.day_rule,
        form.day if form.day_rule == states.DAY_OF_MONTH else None,
        form.tell_rule,
    )


def _exists() -> errors.Stale:
    return errors.Stale(_("There is autopay for this already. You can change it."), code="exists")
