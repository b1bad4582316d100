"""Everything that uses a method gets another one, or stops: before a method is disabled or deleted.

Another method is another permission: what a person accepts is stored anew for each use (RE-01, Nacha 2.3.2).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations
from counterfoil.agreements.texts import AgreementText
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import fees, queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import quote as payment_quote, schedule_notices
from counterfoil.flows.schedules import method_texts, withdraw
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.queries import Enrollment, Scheduled
from counterfoil.schedules.rows import Use

REASON = "method"
NOT_READ = "not_read"
ASSENT = "Use This Method Instead"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What would change; the text to accept for each use, and the fee of each set payment, by its public id.

    `digest` is the mark of texts and fees; empty where nothing is left to accept.
    """

    uses: tuple[Use, ...]
    texts: dict[str, AgreementText]
    fees: dict[str, int]

    @property
    def digest(self) -> str:
        """What a form carries, to say what was shown."""
        if not self.texts:
            return ""
        bodies = [(ref, self.texts[ref].body) for ref in sorted(self.texts)]
        return hashlib.sha256(json.dumps([bodies, sorted(self.fees.items())]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the actor said yes to, and in which language."""

    seen: str
    locale: str


def review(*, actor: Actor, now: datetime, old_ref: str, new_ref: str, locale: str = "en") -> Replacement:
    """Return what uses the old method, and what is agreed to when the new one takes its place.

    :raises errors.Invalid: the new method cannot be used, or is another payer's; field `method`.
    :raises errors.NotFound: not this actor's method.
    """
    old, new = _methods(actor, now, old_ref, new_ref)
    uses = schedule_queries.list_uses(actor=actor, method_refs=[old.public_id]).get(old.public_id, ())
    enrollments = schedule_queries.list_enrollments(actor=actor, payer_ids=[old.payer_id])
    waiting = schedule_queries.list_scheduled(actor=actor, payer_ids=[old.payer_id])
    used_for = {row.account_id for row in enrollments if row.method_id == old.id}
    waiting = [row for row in waiting if row.origin != states.PULL]
    used_for |= {row.account_id for row in waiting if row.method_id == old.id}
    if not all(new.is_for(account_id=account_id) for account_id in used_for):
        message = _("This payment method is not for all of these accounts. Choose another one.")
        raise errors.Invalid(message, field="method", code="other_account")
    texts = {
        row.public_id: method_texts.of_enrollment(actor=actor, now=now, row=row, method=new, locale=locale)
        for row in enrollments
        if row.method_id == old.id
    }
    # What was agreed to never gets dearer by this: whoever changes the method alone accepts no new price.
    fee = fees.of(biller=biller_queries.get(biller_id=old.biller_id), kind=new.kind)
    costs = {row.public_id: min(row.fee_minor, fee) for row in waiting if row.method_id == old.id}
    texts |= {
        row.public_id: method_texts.of_scheduled(
            now=now, row=row, method=new, fee_minor=costs[row.public_id], locale=locale
        )
        for row in waiting
        # One payment of autopay may have been given another method than autopay itself has.
        if row.method_id == old.id and row.enrollment_ref not in texts
    }
    return Replacement(uses, texts, costs)


def run(
    *,
    actor: Actor,
    now: datetime,
    old_ref: str,
    new_ref: str | None,
    seen: str = "",
    locale: str = "en",
) -> tuple[Use, ...]:
    """Give everything that uses `old_ref` the other method; without one pause autopay and cancel the rest.

    Returns what used the old one. Again: nothing is left to change. A payment being sent keeps its method. `seen` is
    the mark of what `review` returned: what is stored was read.

    :raises errors.Invalid: the new method cannot be used, or is another payer's; field `method`.
    :raises errors.Stale: a text or a fee is not what was shown; code `NOT_READ`.
    :raises errors.NotFound: not this actor's method.
    """
    old = method_queries.get(actor=actor, public_id=old_ref)
    actor.demand_payer(permissions.SAVE_METHODS, payer_id=old.payer_id)
    uses = schedule_queries.list_uses(actor=actor, method_refs=[old_ref]).get(old_ref, ())
    if new_ref is None:
        db.in_transaction(lambda: _stop(actor, now, old))
        return uses
    _, new = _methods(actor, now, old_ref, new_ref)
    wish = _Wish(seen, locale)
    db.in_transaction(lambda: _swap(actor, now, old, new, wish))
    return uses


def stop(*, actor: Actor, now: datetime, old: MethodRow) -> None:
    """Pause autopay and cancel what is set with a method that its gateway no longer charges. Again changes nothing.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    actor.demand_staff("schedules.stop", biller_id=0)
    db.in_transaction(lambda: _stop(actor, now, old))


def _methods(actor: Actor, now: datetime, old_ref: str, new_ref: str) -> tuple[MethodRow, MethodRow]:
    old = method_queries.get(actor=actor, public_id=old_ref)
    actor.demand_payer(permissions.SAVE_METHODS, payer_id=old.payer_id)
    found = method_queries.list_by_refs(actor=actor, refs=[new_ref])
    if not found or found[0].payer_id != old.payer_id or found[0].id == old.id:
        raise errors.Invalid(_("Choose one of your other payment methods."), field="method")
    if not found[0].can_pay:
        raise errors.Invalid(_("This payment method cannot be used now. Choose another one."), field="method")
    biller = biller_queries.get(biller_id=old.biller_id)
    payment_quote.refuse_expired(found[0], on=biller_queries.today(biller=biller, now=now))
    return old, found[0]


def _lock(old: MethodRow) -> tuple[list[Enrollment], list[Scheduled]]:
    living = schedule_queries.living_ids(method_ids=[old.id])
    enrollments = schedule_queries.lock_enrollments(enrollment_ids=living)
    waiting = schedule_queries.open_ids(method_ids=[old.id])
    rows = schedule_queries.lock_scheduled(scheduled_ids=waiting)
    return (
        [row for row in enrollments if row.status in states.LIVING and row.method_id == old.id],
        [row for row in rows if row.status == states.SCHEDULED and row.method_id == old.id],
    )


def _stop(actor: Actor, now: datetime, old: MethodRow) -> None:
    enrollments, rows = _lock(old)
    active = [row for row in enrollments if row.status == states.ACTIVE]
    for enrollment in active:
        event = schedule_operations.move_enrollment(
            enrollment=enrollment, to=states.PAUSED, now=now, pause_reason=states.METHOD
        )
        _record(actor, now, enrollment.biller_id, event, enrollment.public_id)
    withdraw.cancel(actor=actor, now=now, rows=rows, reason=REASON)
    schedule_notices.queue_enrollments(
        now=now,
        key="autopay_paused",
        enrollment_ids=[row.pk for row in active],
        once=now.isoformat(),
    )


def _read(actor: Actor, now: datetime, old: MethodRow, new: MethodRow, wish: _Wish) -> Replacement:
    """Return what is accepted as it is under the locks, if it is what was shown."""
    reviewed = review(actor=actor, now=now, old_ref=old.public_id, new_ref=new.public_id, locale=wish.locale)
    if reviewed.digest and reviewed.digest != wish.seen:
        raise errors.Stale(_("The authorization text changed. Please read it again."), code=NOT_READ)
    return reviewed


def _swap(actor: Actor, now: datetime, old: MethodRow, new: MethodRow, wish: _Wish) -> None:
    payer_queries.lock_accounts(account_ids=[])
    method_queries.lock(method_ids=[old.id, new.id])
    enrollments, found = _lock(old)
    reviewed = _read(actor, now, old, new, wish)
    # A collection goes with the permission for its method, and to no other.
    rows = [row for row in found if row.origin != states.PULL]
    withdraw.cancel(
        actor=actor, now=now, rows=[row for row in found if row.origin == states.PULL], reason=REASON
    )
    given: dict[int, int] = {}
    for enrollment in enrollments:
        text = reviewed.texts[enrollment.public_id]
        authorization_id = _authorize(actor, now, method_texts.recurring(enrollment, new, text, ASSENT))
        given[enrollment.pk] = authorization_id
        terms = replace(method_texts.terms_of(enrollment), method_id=new.id)
        schedule_operations.change_terms(
            enrollment=enrollment, terms=terms, authorization_id=authorization_id, now=now
        )
        _record(actor, now, enrollment.biller_id, "autopay.changed", enrollment.public_id)
    for row in rows:
        if row.enrollment_id is not None and row.enrollment_id in given:
            row.authorization_id = given[row.enrollment_id]
        elif row.public_id in reviewed.texts:
            text, row.fee_minor = reviewed.texts[row.public_id], reviewed.fees[row.public_id]
            row.authorization_id = _authorize(actor, now, method_texts.single(row, new, text, ASSENT))
        else:
            continue
        row.method_id = new.id
        _record(actor, now, row.biller_id, "schedule.changed", row.public_id)
    schedule_operations.save_scheduled(rows=rows)
    schedule_notices.queue(
        now=now, key="scheduled_confirmed", scheduled_ids=[row.pk for row in rows],
        once=new.public_id,
    )  # fmt: skip


def _authorize(actor: Actor, now: datetime, draft: agreement_operations.NewAuthorization) -> int:
    return agreement_operations.create_many(actor=actor, now=now, drafts=[draft])[0]


def _record(actor: Actor, now: datetime, biller_id: int, action: str, ref: str) -> None:
    audit_operations.record(
        actor=actor, biller_id=biller_id, action=action, object_ref=ref, details={"why": REASON}, now=now
    )
