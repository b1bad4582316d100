"""Autopay goes on after a pause. What was missed is not taken behind the payer's back: it is planned with notice."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.schedules import access, plan_autopay
from counterfoil.methods import queries as method_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow


def run(*, actor: Actor, now: datetime, ref: str) -> None:
    """Let it go on; one that goes on already is left so.

    :raises errors.Stale: it has ended, its method cannot be used, or it needs a new permission: then change it.
    :raises errors.NotFound: not this actor's autopay.
    """
    seen = schedule_queries.get_enrollment(actor=actor, public_id=ref)
    access.demand(actor=actor, payer_id=seen.payer_id, biller_id=seen.biller_id)
    db.in_transaction(lambda: _resume(actor, now, seen))
    plan_autopay.run(actor=WORKER, now=now, biller_id=seen.biller_id, payer_ids=[seen.payer_id])


def _resume(actor: Actor, now: datetime, seen: EnrollmentRow) -> None:
    [enrollment] = schedule_queries.lock_enrollments(enrollment_ids=[seen.id])
    if enrollment.status == states.ACTIVE:
        return
    if enrollment.status == states.ENDED:
        raise errors.Stale(_("Autopay has ended. You can start it again."))
    if enrollment.pause_reason == states.UNAUTHORIZED:
        message = _(
            "Your bank was told that these payments are not allowed. Change autopay and agree to it anew."
        )
        raise errors.Stale(message, code="needs_permission")
    methods = method_queries.list_by_refs(actor=actor, refs=[seen.method_ref])
    if not any(method.can_pay for method in methods):
        raise errors.Stale(
            _("The payment method of autopay cannot be used now. Choose another one."), code="needs_method"
        )
    event = schedule_operations.move_enrollment(enrollment=enrollment, to=states.ACTIVE, now=now)
    audit_operations.record(
        actor=actor, biller_id=enrollment.biller_id, action=event, object_ref=enrollment.public_id,
        details={}, now=now,
    )  # fmt: skip
