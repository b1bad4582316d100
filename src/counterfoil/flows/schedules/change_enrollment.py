"""Autopay gets other terms or another method: read and accepted anew, under a new recurring authorization.

What it had planned and not begun is withdrawn and planned anew, so that nothing is taken under the old terms.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.flows.schedules import enrollment_review, plan_autopay, withdraw
from counterfoil.flows.schedules.enrollment_review import EnrollmentForm, EnrollmentReview
from counterfoil.methods import queries as method_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow


def review(*, actor: Actor, now: datetime, ref: str, form: EnrollmentForm) -> EnrollmentReview:
    """Return what would be agreed to, with the exact text.

    :raises errors.Refused: a choice will not do; `field` names which.
    :raises errors.NotFound: not this actor's autopay.
    """
    _mine(actor, ref, form)
    return enrollment_review.run(actor=actor, now=now, form=form)


def run(
    *, actor: Actor, now: datetime, ref: str, form: EnrollmentForm, seen: str, assent: str = "Save Changes"
) -> None:
    """Change it to what was reviewed, and confirm by a notice. One that lost its permission goes on with this one.

    :raises errors.Refused: a choice will not do, it changed since the review, or autopay has ended.
    :raises errors.NotFound: not this actor's autopay.
    """
    before = _mine(actor, ref, form)
    db.in_transaction(lambda: _change(actor, now, before, form, seen, assent))
    plan_autopay.run(actor=WORKER, now=now, biller_id=before.biller_id, payer_ids=[before.payer_id])


def _mine(actor: Actor, ref: str, form: EnrollmentForm) -> EnrollmentRow:
    row = schedule_queries.get_enrollment(actor=actor, public_id=ref)
    if (row.payer_id, row.account_id) != (form.payer_id, form.account_id):
        raise errors.NotFound("autopay")
    return row


def _change(
    actor: Actor, now: datetime, before: EnrollmentRow, form: EnrollmentForm, seen: str, assent: str
) -> None:
    method_queries.lock_by_refs(refs=[form.method_ref])
    [enrollment] = schedule_queries.lock_enrollments(enrollment_ids=[before.id])
    if enrollment.status == states.ENDED:
        raise errors.Stale(_("Autopay has ended. You can start it again."))
    made = enrollment_review.run(actor=actor, now=now, form=form)
    if made.digest != seen:
        raise errors.Stale(_("Something changed since you read this. Please read it again."))
    [authorization_id] = agreement_operations.create_many(
        actor=actor, now=now, drafts=[enrollment_review.authorization(made, assent)]
    )
    schedule_operations.change_terms(
        enrollment=enrollment, terms=made.terms, authorization_id=authorization_id, now=now
    )
    if before.needs_permission or enrollment.pause_reason == states.METHOD:
        schedule_operations.move_enrollment(enrollment=enrollment, to=states.ACTIVE, now=now)
    withdraw.planned(actor=actor, now=now, enrollment_ids=[enrollment.pk], reason=withdraw.CHANGED)
    audit_operations.record(
        actor=actor, biller_id=enrollment.biller_id, action="autopay.changed", object_ref=enrollment.public_id,
        details={"rule": form.rule, "amount_minor": made.terms.amount_minor, "day_rule": form.day_rule}, now=now,
    )  # fmt: skip
    schedule_notices.queue_enrollments(
        now=now,
        key="autopay_started",
        enrollment_ids=[enrollment.pk],
        extra={enrollment.pk: {"text": made.text.body}},
        once=f"{authorization_id}",
    )
