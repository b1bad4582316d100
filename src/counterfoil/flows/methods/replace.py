"""*Replace the number*: a method gets a new card or bank account behind it, and keeps everything that uses it.

A permission names the last four of its number, so those of autopay, of what is set for later and of collecting are
shown with the new number, and accepted anew in the commit that replaces it.

How it fails, and what stands against it:

* A payment that was born from the old number and is still to be sent would go to the new one, which its authorization
  does not name: nothing is replaced while one is, or while a worker is at one. The method, autopay and what is set are
  locked on both sides, so none is born or planned meanwhile.
* What is found under an older permission all the same (a second try of what the old number did not pay) is not taken
  on its day: `flows.schedules.run_due` looks when the number was replaced.
* Between reading and confirming something changed (autopay begun or ended in another tab, another number typed there,
  midnight): the mark of what was read differs, nothing is changed, and it is shown again.
* The new number is another kind, or lies at another merchant: refused, it is a new method.
* A crash after the gateway vouched: nothing was saved, the token is never used. One commit changes the number and
  stores the permissions: a crash leaves both or neither, and the same token again changes nothing.
* The old token is not forgotten here but by a job, once nothing pending needs it (`forget`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations, queries as agreement_queries
from counterfoil.agreements.texts import AgreementText
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow, ConnectionRow
from counterfoil.core import db, errors, jobs
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import limits, permit, vouch
from counterfoil.flows.notices import methods as method_notices
from counterfoil.flows.schedules import renew
from counterfoil.gateways import base
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.queries import MethodRow, PaymentMethod
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import queries as payment_queries, states as payment_states

SHOWN = (
    "brand",
    "bank_name",
    "last4",
    "exp_month",
    "exp_year",
    "funding",
    "bank_account_kind",
    "holder_kind",
)
ASSENT = "Replace the number"
UNSENT = (payment_states.SUBMITTING, payment_states.AWAITING_VALIDATION)


@dataclass(frozen=True, slots=True)
class Review:
    """What a new number would be called, and what is accepted for it: by the public id of autopay or of what is set.

    `standing` is the permission to collect, where there is one. `digest` is the mark of all of it; empty where there
    is nothing to accept.
    """

    method: MethodRow
    standing: AgreementText | None
    texts: dict[str, AgreementText]
    digest: str


@dataclass(frozen=True, slots=True)
class _Place:
    row: MethodRow
    payer: PayerRow
    biller: BillerRow


@dataclass(frozen=True, slots=True)
class _Wish:
    """A number that the gateway vouched for, and what was read of the permissions for it."""

    found: base.TokenDetails
    seen: str
    locale: str


def review(*, actor: Actor, now: datetime, ref: str, token: str, locale: str = "en") -> Review:
    """Return what is accepted when the number behind `token` takes the place of the method's own. Changes nothing.

    :raises errors.Invalid: as `run`.
    :raises errors.Refused: something uses the method that this actor may not change.
    :raises errors.NotFound: not this actor's method.
    """
    place = _place(actor, ref)
    return _accepted(actor, now, place, _vouched(actor, now, place, token), locale)


def run(*, actor: Actor, now: datetime, ref: str, token: str, seen: str = "", locale: str = "en") -> None:
    """Put the number behind `token` in the place of the method's own. The same token again changes nothing.

    `seen` is the mark of what `review` returned; empty where nothing needs to be accepted.

    :raises errors.Invalid: the token is no good, the bank does not know the account, or too many cards were given.
    :raises errors.Refused: a payment is being sent from the old number right now.
    :raises errors.NotFound: not this actor's method.
    :raises errors.Stale: what is accepted is not what was shown.
    """
    place = _place(actor, ref)
    if method_queries.list_tokens(method_ids=[place.row.id])[place.row.id].token == token:
        return
    wish = _Wish(_vouched(actor, now, place, token), seen, locale)
    try:
        db.in_transaction(lambda: _replace(actor, now, place, wish))
    except IntegrityError as error:
        if "method_token_once" not in str(error):
            raise
        raise vouch.expired() from error


def _place(actor: Actor, ref: str) -> _Place:
    row = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer("save_methods", payer_id=row.payer_id)
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[row.payer_id])[0]
    return _Place(row, payer, biller_queries.get(biller_id=row.biller_id))


def _vouched(actor: Actor, now: datetime, place: _Place, token: str) -> base.TokenDetails:
    """Ask the gateway about the number; asking twice about one runs no second check."""
    connection = _connection(place.row)
    if place.row.kind == "card":
        limits.check_card(actor=actor, now=now, biller=place.biller, payer_id=place.row.payer_id)
    return vouch.run(connection=connection, kind=cast(base.Kind, place.row.kind), token=token)


def _accepted(actor: Actor, now: datetime, place: _Place, found: base.TokenDetails, locale: str) -> Review:
    """Return what is accepted for the number; the same whether the method has it already or not yet."""
    details = vouch.details_of(found)
    shown = {name: getattr(details, name) for name in SHOWN}
    method = dataclasses.replace(place.row, validation=vouch.validation_of(found), **shown)
    standing = None
    if agreement_queries.has_standing(method_ref=method.public_id):
        standing = permit.text_for(
            now=now, biller=place.biller, payer=place.payer, kind=method.kind, method=method, locale=locale
        )
    texts = renew.texts(actor=actor, now=now, method=method, locale=locale)
    bodies = [("", standing.body)] if standing is not None else []
    bodies += [(ref, texts[ref].body) for ref in sorted(texts)]
    mark = hashlib.sha256(json.dumps([method.label, bodies]).encode()).hexdigest()
    return Review(method, standing, texts, mark if bodies else "")


def _connection(row: MethodRow) -> ConnectionRow:
    """Return the connection that holds the method, where new numbers still go there."""
    held = method_queries.list_tokens(method_ids=[row.id])[row.id].connection_id
    present = biller_queries.find_connection(biller_id=row.biller_id, kind=row.kind)
    if present is None or present.id != held:
        message = _("This number cannot be replaced any longer. Please add a new payment method instead.")
        raise errors.Invalid(message, field="token", code="other_connection")
    return present


def _replace(actor: Actor, now: datetime, place: _Place, wish: _Wish) -> None:
    method = method_queries.lock(method_ids=[place.row.id])[0]
    if method.status == states.DELETED:
        raise errors.NotFound("method")
    _refuse_unsent(method)
    held = renew.hold(method_id=method.pk)
    accepted = _accepted(actor, now, place, wish.found, wish.locale)
    before = method_queries.label_of(method)
    details = vouch.details_of(wish.found)
    if not method_operations.change_details(
        actor=actor, method=method, details=details, cause="replaced", now=now
    ):
        return
    if accepted.digest and accepted.digest != wish.seen:
        message = _("Please read what you agree to for the new number.")
        raise errors.Stale(message, code="not_read")
    if method.kind == "bank":
        validation = vouch.validation_of(wish.found)
        by = "instant" if validation == states.PASSED else ""
        method_operations.change_validation(method=method, to=validation, by=by, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=method.biller_id,
        action="method.replaced",
        object_ref=method.public_id,
        details={"last4": method.last4, "check": wish.found.check},
        now=now,
    )
    _tell(now, place, method, before)
    renew.accept(
        actor=actor, now=now, method=accepted.method, held=held, accepted=accepted.texts, assent=ASSENT
    )
    _permit_anew(actor, now, place, method, accepted.standing, held)
    jobs.defer("forget_tokens", queueing_lock="forget_tokens", timestamp=int(now.timestamp()))


def _tell(now: datetime, place: _Place, method: PaymentMethod, before: str) -> None:
    label = method_queries.label_of(method)
    data = {"what": "replaced", "before": before, "method_label": label, "at": now.isoformat()}
    method_notices.queue(
        now=now,
        key="method_changed",
        payer=place.payer,
        biller=place.biller,
        ref=method.public_id,
        data=data,
    )


def _refuse_unsent(method: PaymentMethod) -> None:
    busy = payment_queries.list_busy_methods(payer_ids=[method.payer_id], statuses=UNSENT)
    if method.pk in busy:
        raise renew.being_sent()


def _permit_anew(
    actor: Actor,
    now: datetime,
    place: _Place,
    method: PaymentMethod,
    text: AgreementText | None,
    held: renew.Held,
) -> None:
    """Let the permission to collect go on with the new number: the old one ends, what was shown takes its place.

    What was told of and is still to be collected goes on by the new one.
    """
    if text is None:
        return
    agreement_operations.revoke_standing(method_refs=[method.public_id], now=now)
    given = permit.store(
        actor=actor, now=now, method=method, payer=place.payer, biller=place.biller, text=text
    )
    renew.collect_by(actor=actor, now=now, held=held, authorization_id=given)
