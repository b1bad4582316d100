"""The same method under a new number: what is accepted anew for autopay and for payments set for later.

A permission names the last four of the number it was given for (RE-01, Nacha 2.3.2): nothing is debited by it from
another one. How it can fail is said where the number is replaced (`flows.methods.replace`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations
from counterfoil.agreements.operations import NewAuthorization
from counterfoil.agreements.texts import AgreementText
from counterfoil.audit import operations as audit_operations
from counterfoil.core import errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import schedule_notices
from counterfoil.flows.schedules import method_texts
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.queries import Enrollment, Scheduled

WHY = "number"


@dataclass(frozen=True, slots=True)
class Held:
    """What uses a method, locked."""

    enrollments: tuple[Enrollment, ...]
    scheduled: tuple[Scheduled, ...]


def texts(*, actor: Actor, now: datetime, method: MethodRow, locale: str) -> dict[str, AgreementText]:
    """Return what is agreed to for each use of the method, by its public id; `method` is as it will be.

    What autopay planned goes under autopay's own permission.

    :raises errors.Refused: something uses it, and the user profile does not allow autopay and schedules.
    """
    enrollments = [
        row
        for row in schedule_queries.list_enrollments(actor=actor, payer_ids=[method.payer_id])
        if row.method_id == method.id
    ]
    waiting = [
        row
        for row in schedule_queries.list_scheduled(actor=actor, payer_ids=[method.payer_id])
        # What is collected goes by the standing permission, which is shown with the method.
        if row.method_id == method.id and row.origin != states.PULL
    ]
    if not (enrollments or waiting):
        return {}
    if not actor.may_as_payer(permissions.AUTOPAY, payer_id=method.payer_id):
        message = _(
            "Autopay or a scheduled payment uses this method. Somebody who may change those has to do this."
        )
        raise errors.Refused(message, code="uses_need_autopay")
    found = {
        row.public_id: method_texts.of_same_enrollment(
            actor=actor, now=now, row=row, method=method, locale=locale
        )
        for row in enrollments
    }
    return found | {
        row.public_id: method_texts.of_scheduled(
            now=now, row=row, method=method, fee_minor=row.fee_minor, locale=locale
        )
        for row in waiting
        if row.enrollment_ref not in found
    }


def hold(*, method_id: int) -> Held:
    """Lock what uses a locked method, in the caller's transaction.

    :raises errors.Refused: one of them is on its way to the gateway.
    """
    # Autopay first: while it is held nothing more is planned by it.
    enrollments = schedule_queries.lock_enrollments(
        enrollment_ids=schedule_queries.living_ids(method_ids=[method_id])
    )
    scheduled = schedule_queries.lock_scheduled(
        scheduled_ids=schedule_queries.open_ids(method_ids=[method_id])
    )
    # Asked after the locks: what a worker claims from now on, it claims after this commit.
    if schedule_queries.has_running(method_id=method_id):
        raise being_sent()
    return Held(
        tuple(row for row in enrollments if row.status in states.LIVING and row.method_id == method_id),
        tuple(row for row in scheduled if row.status == states.SCHEDULED and row.method_id == method_id),
    )


def being_sent() -> errors.Refused:
    """A payment from the old number is on its way: the number stays until it is sent."""
    message = _("A payment from this method is being sent right now. Please try again in a few minutes.")
    return errors.Refused(message, code="payment_being_sent")


def accept(
    *,
    actor: Actor,
    now: datetime,
    method: MethodRow,
    held: Held,
    accepted: dict[str, AgreementText],
    assent: str,
) -> None:
    """Store what was accepted for the new number behind everything that was held, and send the payer copies."""
    given: dict[int, int] = {}
    for row in held.enrollments:
        text = accepted[row.public_id]
        given[row.pk] = _store(actor, now, method_texts.recurring(row, method, text, assent))
        schedule_operations.change_terms(
            enrollment=row, terms=method_texts.terms_of(row), authorization_id=given[row.pk], now=now
        )
        _record(actor, now, row.biller_id, "autopay.changed", row.public_id)
        schedule_notices.queue_enrollments(
            now=now,
            key="autopay_started",
            enrollment_ids=[row.pk],
            extra={row.pk: {"text": text.body}},
            once=f"{given[row.pk]}",
        )
    own_and_autopay = [each for each in held.scheduled if each.origin != states.PULL]
    for each in own_and_autopay:
        if each.enrollment_id in given:
            each.authorization_id = given[each.enrollment_id]
        else:
            draft = method_texts.single(each, method, accepted[each.public_id], assent)
            each.authorization_id = _store(actor, now, draft)
        _record(actor, now, each.biller_id, "schedule.changed", each.public_id)
    schedule_operations.save_scheduled(rows=own_and_autopay)
    own = [each.pk for each in own_and_autopay if each.enrollment_id not in given]
    schedule_notices.queue(
        now=now, key="scheduled_confirmed", scheduled_ids=own, once=f"{method.public_id}:{now.isoformat()}"
    )


def collect_by(*, actor: Actor, now: datetime, held: Held, authorization_id: int) -> None:
    """Put a new standing permission behind what was held and is to be collected."""
    rows = [row for row in held.scheduled if row.origin == states.PULL]
    for row in rows:
        row.authorization_id = authorization_id
        _record(actor, now, row.biller_id, "schedule.changed", row.public_id)
    schedule_operations.save_scheduled(rows=rows)


def _store(actor: Actor, now: datetime, draft: NewAuthorization) -> int:
    return agreement_operations.create_many(actor=actor, now=now, drafts=[draft])[0]


def _record(actor: Actor, now: datetime, biller_id: int, action: str, ref: str) -> None:
    audit_operations.record(
        actor=actor, biller_id=biller_id, action=action, object_ref=ref, details={"why": WHY}, now=now
    )
