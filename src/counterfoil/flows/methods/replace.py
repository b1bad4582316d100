"""*Replace the number*: a method gets a new card or bank account behind it, and keeps everything that uses it.

How it fails, and what stands against it:

* A payment that was born from the old number and is still to be sent would go to the new one, which its authorization
  does not name: nothing is replaced while one is. The method is locked on both sides, so none is born meanwhile.
* The new number is another kind, or lies at another merchant: refused, it is a new method.
* A crash after the gateway vouched: nothing was saved, the token is never used.
* The old token is not forgotten here but by a job, once nothing pending needs it (`forget`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations, queries as agreement_queries
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow, ConnectionRow
from counterfoil.core import db, errors, jobs
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import limits, notify, permit, vouch
from counterfoil.gateways import base
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.queries import MethodRow, PaymentMethod
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import queries as payment_queries, states as payment_states

UNSENT = (payment_states.SUBMITTING, payment_states.AWAITING_VALIDATION)


@dataclass(frozen=True, slots=True)
class _Place:
    row: MethodRow
    payer: PayerRow
    biller: BillerRow


def run(*, actor: Actor, now: datetime, ref: str, token: str, seen: str = "", locale: str = "en") -> None:
    """Put the number behind `token` in the place of the method's own. The same token again changes nothing.

    Where the biller may collect from the method, `seen` is the mark of the authorization that was shown anew.

    :raises errors.Invalid: the token is no good, the bank does not know the account, or too many cards were given.
    :raises errors.Refused: a payment is being sent from the old number right now.
    :raises errors.NotFound: not this actor's method.
    :raises errors.Stale: the authorization is not the one that was shown.
    """
    row = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer("save_methods", payer_id=row.payer_id)
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[row.payer_id])[0]
    place = _Place(row, payer, biller_queries.get(biller_id=row.biller_id))
    if method_queries.list_tokens(method_ids=[row.id])[row.id].token == token:
        return
    connection = _connection(row)
    if row.kind == "card":
        limits.check_card(actor=actor, now=now, biller=place.biller, payer_id=row.payer_id)
    found = vouch.run(connection=connection, kind=cast(base.Kind, row.kind), token=token)
    try:
        db.in_transaction(lambda: _replace(actor, now, place, found, seen, locale))
    except IntegrityError as error:
        if "method_token_once" not in str(error):
            raise
        raise vouch.expired() from error


def _connection(row: MethodRow) -> ConnectionRow:
    """Return the connection that holds the method, where new numbers still go there."""
    held = method_queries.list_tokens(method_ids=[row.id])[row.id].connection_id
    present = biller_queries.find_connection(biller_id=row.biller_id, kind=row.kind)
    if present is None or present.id != held:
        message = _("This number cannot be replaced any longer. Please add a new payment method instead.")
        raise errors.Invalid(message, field="token", code="other_connection")
    return present


def _replace(
    actor: Actor, now: datetime, place: _Place, found: base.TokenDetails, seen: str, locale: str
) -> None:
    method = method_queries.lock(method_ids=[place.row.id])[0]
    if method.status == states.DELETED:
        raise errors.NotFound("method")
    _refuse_unsent(method)
    before = method_queries.label_of(method)
    details = vouch.details_of(found)
    if not method_operations.change_details(
        actor=actor, method=method, details=details, cause="replaced", now=now
    ):
        return
    if method.kind == "bank":
        validation = vouch.validation_of(found)
        by = "instant" if validation == states.PASSED else ""
        method_operations.change_validation(method=method, to=validation, by=by, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=method.biller_id,
        action="method.replaced",
        object_ref=method.public_id,
        details={"last4": method.last4, "check": found.check},
        now=now,
    )
    _tell(now, place, method, before)
    _permit_anew(actor, now, place, method, seen, locale)
    jobs.defer("forget_tokens", queueing_lock="forget_tokens", timestamp=int(now.timestamp()))


def _tell(now: datetime, place: _Place, method: PaymentMethod, before: str) -> None:
    label = method_queries.label_of(method)
    data = {"what": "replaced", "before": before, "method_label": label, "at": now.isoformat()}
    notify.queue(
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
        message = _("A payment from this method is being sent right now. Please try again in a few minutes.")
        raise errors.Refused(message, code="payment_being_sent")


def _permit_anew(
    actor: Actor, now: datetime, place: _Place, method: PaymentMethod, seen: str, locale: str
) -> None:
    """Let the permission go on with the new number: the old one ends, the text that was shown takes its place."""
    if not agreement_queries.has_standing(method_ref=method.public_id):
        return
    text = permit.text_for(
        now=now, biller=place.biller, payer=place.payer, kind=method.kind, method=None, locale=locale
    )
    permit.demand_seen(text, seen=seen)
    agreement_operations.revoke_standing(method_refs=[method.public_id], now=now)
    permit.store(actor=actor, now=now, method=method, payer=place.payer, biller=place.biller, text=text)
