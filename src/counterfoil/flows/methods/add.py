"""*Add Payment Method*: a token from the gateway's own fields becomes a saved method, validated where it must be."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.agreements.texts import AgreementText
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow, ConnectionRow
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.flows.methods import checks, limits, permit, vouch
from counterfoil.flows.notices import methods as method_notices
from counterfoil.gateways import base
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.drafts import NewAddress, NewMethod
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow

# Interfaces build the form with an address of it, and may not import operations.
__all__ = ["NewAddress", "NewMethodForm", "run"]


@dataclass(frozen=True, slots=True)
class NewMethodForm:
    """What the payer gave: the gateway's token, and everything about the method that is ours.

    `account_ids`: the billing accounts it is for, all of them where there are none. `may_collect` answers *May {biller}
    collect what I owe from this method?*; `seen` is the mark of the authorization that stood beside the question.
    """

    payer_id: int
    kind: base.Kind
    token: str
    nickname: str
    is_default: bool
    address_id: int | None
    new_address: NewAddress | None
    is_saved: bool = True
    account_ids: tuple[int, ...] = ()
    may_collect: bool | None = None
    seen: str = ""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose method it becomes, where, and what was accepted with it."""

    payer: PayerRow
    biller: BillerRow
    connection: ConnectionRow
    text: AgreementText | None


def run(*, actor: Actor, now: datetime, form: NewMethodForm) -> str:
    """Save the method; return its public id. A bank account passes the gateway's instant check first (NA-08).

    The same token again gives the same method: a double click adds one.

    :raises errors.Invalid: the bank check failed, the token is no good, too many cards were added (CT-11), an answer
        is missing, or text holds a card or Social Security number.
    :raises errors.NotPermitted: the user profile does not allow saving methods.
    :raises errors.Stale: the authorization is not the one that was shown.
    """
    actor.demand_payer("save_methods" if form.is_saved else "pay", payer_id=form.payer_id)
    checks.refuse_numbers(nickname=form.nickname, address=form.new_address)
    vouch.refuse_nonsense(form.token)
    place = _place(actor, now, form)
    connection_id = place.connection.id
    known = method_queries.find_by_token(actor=actor, connection_id=connection_id, token=form.token)
    if known is not None:
        return known
    if form.kind == "card":
        limits.check_card(
            actor=actor, now=now, biller=place.biller, payer_id=form.payer_id, is_saved=form.is_saved
        )
    found = vouch.run(connection=place.connection, kind=form.kind, token=form.token)
    try:
        return db.in_transaction(lambda: _save(actor, now, form, place, found))
    except IntegrityError as error:
        if "method_token_once" not in str(error):
            raise
    ref = method_queries.find_by_token(actor=actor, connection_id=connection_id, token=found.token)
    if ref is None:
        raise vouch.expired()
    return ref


def _place(actor: Actor, now: datetime, form: NewMethodForm) -> _Place:
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[form.payer_id])[0]
    biller = biller_queries.get(biller_id=payer.biller_id)
    connection = biller_queries.find_connection(biller_id=payer.biller_id, kind=form.kind)
    if connection is None:
        raise errors.NotFound("connection")
    text = None
    if form.is_saved and permit.is_asked(biller=biller, payer=payer):
        if form.may_collect is None and actor.kind == ActorKind.PAYER and form.seen:
            raise errors.Invalid(_("Choose Yes or No."), field="may_collect")
        if form.may_collect:
            text = permit.text_for(
                now=now, biller=biller, payer=payer, kind=form.kind, method=None, locale=form.locale
            )
            permit.demand_seen(text, seen=form.seen)
    checks.refuse_accounts(actor=actor, payer_id=payer.id, account_ids=form.account_ids)
    return _Place(payer, biller, connection, text)


def _save(actor: Actor, now: datetime, form: NewMethodForm, place: _Place, found: base.TokenDetails) -> str:
    payer, biller = place.payer, place.biller
    present = method_queries.lock_all_of(payer_id=payer.id)
    address_id = checks.address(
        actor=actor, now=now, payer=payer, address_id=form.address_id, new=form.new_address
    )
    method = method_operations.create(
        actor=actor, method=_draft(form, payer, place.connection, found, address_id), now=now
    )
    method_operations.name_accounts(method=method, account_ids=form.account_ids)
    usable = [m for m in present if m.status == states.ACTIVE and m.is_saved]
    if form.is_saved and (form.is_default or not usable):
        method_operations.choose_default(methods=[*present, method], chosen_id=method.pk)
    audit_operations.record(
        actor=actor,
        biller_id=payer.biller_id,
        action="method.added",
        object_ref=method.public_id,
        details={"kind": method.kind, "last4": method.last4, "check": found.check},
        now=now,
    )
    if form.is_saved:
        data = {"method_label": method_queries.label_of(method), "added_at": now.isoformat()}
        method_notices.queue(
            now=now, key="method_added", payer=payer, biller=biller, ref=method.public_id, data=data
        )
    if place.text is not None:
        permit.store(actor=actor, now=now, method=method, payer=payer, biller=biller, text=place.text)
    return method.public_id


def _draft(
    form: NewMethodForm,
    payer: PayerRow,
    connection: ConnectionRow,
    found: base.TokenDetails,
    address_id: int | None,
) -> NewMethod:
    validation = vouch.validation_of(found)
    return NewMethod(
        biller_id=payer.biller_id,
        payer_id=payer.id,
        connection_id=connection.id,
        kind=found.kind,
        nickname=form.nickname,
        validation=validation,
        validated_by="instant" if validation == states.PASSED else "",
        is_saved=form.is_saved,
        address_id=address_id,
        **dataclasses.asdict(vouch.details_of(found)),
    )
