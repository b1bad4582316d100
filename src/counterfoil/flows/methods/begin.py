"""Opens the gateway's own fields for a new method: what the page needs to show them."""

from __future__ import annotations

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors, tokens
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.payers import queries as payer_queries


def run(*, actor: Actor, payer_id: int, kind: base.Kind, locale: str, return_url: str) -> base.ClientSetup:
    """Return the set-up of the biller's connection for `kind`: its frame, its full page, the origins they need.

    :raises errors.NotPermitted: the user profile does not allow saving methods.
    :raises errors.NotFound: this biller takes no payments of that kind.
    """
    actor.demand_payer("save_methods", payer_id=payer_id)
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[payer_id])[0]
    connection = biller_queries.find_connection(biller_id=payer.biller_id, kind=kind)
    if connection is None:
        raise errors.NotFound("connection")
    gateway = base.saves_methods(send.open_gateway(connection))
    return gateway.client_setup(kind, tokens.new_secret(), locale, return_url)
