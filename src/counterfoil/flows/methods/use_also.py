"""**Use also for {biller}**: a saved method of one biller is used at another one, where both can charge its token.

Both can where they are connected to the same merchant of the same gateway: then the token is good for both. The other
biller's own connection is asked about it all the same, by the ordinary way of adding a method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import errors
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import add
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.gateways import base
from counterfoil.methods import queries as method_queries
from counterfoil.methods.drafts import NewAddress
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import queries as payer_queries


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be used here too, and the names of billers whose methods cannot."""

    methods: tuple[MethodRow, ...]
    apart: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked with the yes: the permission to collect, where this biller asks for that (`NewMethodForm`)."""

    may_collect: bool | None = None
    seen: str = ""
    locale: str = "en"


def offered(*, actor: Actor, now: datetime, payer_id: int, kind: str) -> Offer:
    """Return what this login saved at other billers that this payer's biller can charge; no card that has expired.

    :raises errors.NotPermitted: the user profile does not allow saving methods for this payer.
    """
    actor.demand_payer("save_methods", payer_id=payer_id)
    here = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[payer_id])[0]
    today = biller_queries.today(biller=biller_queries.get(biller_id=here.biller_id), now=now)
    others = [
        method
        for method in method_queries.list_for(
            actor=actor, payer_ids=actor.payer_ids("save_methods"), only_usable=True
        )
        if method.kind == kind and method.biller_id != here.biller_id and not method.is_expired(on=today)
    ]
    connection = biller_queries.find_connection(biller_id=here.biller_id, kind=kind)
    if not others or connection is None:
        return Offer((), ())
    tokens = method_queries.list_tokens(method_ids=[method.id for method in others])
    held = biller_queries.list_connections(connection_ids={token.connection_id for token in tokens.values()})
    shared, apart = [], []
    for method in others:
        token = tokens[method.id]
        if not _is_same_merchant(held[token.connection_id], connection):
            apart.append(method.biller_name)
        elif not method_queries.find_by_token(actor=actor, connection_id=connection.id, token=token.token):
            shared.append(method)
    return Offer(tuple(shared), tuple(dict.fromkeys(apart)))


def run(*, actor: Actor, now: datetime, payer_id: int, ref: str, answers: Answers | None = None) -> str:
    """Use the method `ref` for this payer too, after the payer's yes; return the public id of what was saved here.

    `answers` holds what was asked with it: the permission to collect, where this biller asks for that.

    :raises errors.NotFound: it is not offered here.
    """
    found = next(
        (
            method
            for kind in ("bank", "card")
            for method in offered(actor=actor, now=now, payer_id=payer_id, kind=kind).methods
            if method.public_id == ref
        ),
        None,
    )
    if found is None:
        raise errors.NotFound("method")
    token = method_queries.list_tokens(method_ids=[found.id])[found.id].token
    form = NewMethodForm(
        payer_id=payer_id,
        kind=cast(base.Kind, found.kind),
        token=token,
        nickname=found.nickname,
        is_default=False,
        address_id=None,
        new_address=_same_address(actor, found),
    )
    if answers is not None:
        form = replace(form, may_collect=answers.may_collect, seen=answers.seen, locale=answers.locale)
    return add.run(actor=actor, now=now, form=form)


def _is_same_merchant(one: ConnectionRow, other: ConnectionRow) -> bool:
    """Tell whether two connections are the same merchant's: the same gateway with the same keys."""
    return one.gateway_key == other.gateway_key and dict(one.config) == dict(other.config)


def _same_address(actor: Actor, method: MethodRow) -> NewAddress | None:
    rows = method_queries.list_addresses(actor=actor, payer_id=method.payer_id)
    found = next((row for row in rows if row.id == method.address_id), None)
    if found is None:
        return None
    return NewAddress(found.line1, found.line2, found.city, found.state, found.postal_code)
