"""**Add PayPal**, and paying with it once: the payer decides on the wallet's own page and comes back, or never does.

How it fails, and what stands against it:

* A double click, two tabs, Back: the form's key gives the same agreement as it is now; its token gives one method.
* The way back is opened by somebody else, or by a link that was made up: it is signed for this login, and what was
  decided is asked of the gateway, never read from the address.
* The payer approves and never comes back: an agreement stands at the wallet that we do not know of. Nothing can be
  charged to it; adding it again makes another one, and the wallet's own page takes the first one back.
* A crash between the wallet's yes and our save: the way back, opened again, saves it.
* The wallet says no, or its holder takes it back before we look: nothing is added.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, errors, failpoints, http
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import add, vouch
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.flows.payments import send
from counterfoil.gateways import base, wallets
from counterfoil.methods import queries as method_queries
from counterfoil.payers import permissions, queries as payer_queries

KIND: base.Kind = "wallet"
ENDED, WAITING = "wallet_ended", "wallet_waiting"


def begin(*, actor: Actor, payer_id: int, key: str, return_url: str, locale: str) -> wallets.Agreement:
    """Open the wallet's page for an agreement; the same key gives the same agreement as it is now.

    :raises errors.NotPermitted: the user profile does not allow saving methods.
    :raises errors.NotFound: this biller has no connection to a wallet.
    :raises errors.Refused: the gateway cannot be reached; its code is `gateway_unavailable`.
    """
    actor.demand_payer(permissions.SAVE_METHODS, payer_id=payer_id)
    return _look(_connection(actor, payer_id), key=key, return_url=return_url, locale=locale)


def finish(*, actor: Actor, now: datetime, form: NewMethodForm, key: str, return_url: str) -> str:
    """Save what was agreed to under `key` as a method; return its public id. Again gives the same method.

    :raises errors.Refused: nothing was agreed to; its code is ENDED, or WAITING while nobody decided.
    :raises errors.NotPermitted: the user profile does not allow saving methods.
    """
    found = begin(actor=actor, payer_id=form.payer_id, key=key, return_url=return_url, locale=form.locale)
    if isinstance(found, wallets.AgreementWaiting):
        raise errors.Refused(_("You have not decided at PayPal yet. Nothing was added."), code=WAITING)
    if isinstance(found, wallets.AgreementEnded):
        raise errors.Refused(_("Nothing was added. You can try again."), code=ENDED)
    return add.run(actor=actor, now=now, form=replace(form, kind=KIND, token=found.token))


def once(*, actor: Actor, now: datetime, payer_id: int) -> str:
    """Return a method for a payment that is approved at the wallet each time; it is not saved and never offered.

    One for each payer is enough, whatever it was used for before.

    :raises errors.NotPermitted: the user profile does not allow paying.
    :raises errors.NotFound: this biller has no connection to a wallet.
    :raises errors.Refused: the gateway cannot be reached; its code is `gateway_unavailable`.
    """
    actor.demand_payer(permissions.PAY, payer_id=payer_id)
    connection = _connection(actor, payer_id)
    known = method_queries.find_once(actor=actor, payer_id=payer_id, connection_id=connection.id, kind=KIND)
    if known is not None:
        return known
    db.demand_outside_transaction()
    try:
        with http.bulkhead(connection.gateway_key):
            opened = wallets.opens_wallets(send.open_gateway(connection))
            failpoints.reach("once.before")
            token = opened.open_once().token
            failpoints.reach("once.after")
    except (base.GatewayError, http.Busy) as error:
        raise vouch.unavailable() from error
    form = NewMethodForm(
        payer_id=payer_id,
        kind=KIND,
        token=token,
        nickname=_("This time only"),
        is_default=False,
        address_id=None,
        new_address=None,
        is_saved=False,
    )
    return add.run(actor=actor, now=now, form=form)


def _connection(actor: Actor, payer_id: int) -> ConnectionRow:
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[payer_id])[0]
    connection = biller_queries.find_connection(biller_id=payer.biller_id, kind=KIND)
    if connection is None:
        raise errors.NotFound("connection")
    return connection


def _look(connection: ConnectionRow, *, key: str, return_url: str, locale: str) -> wallets.Agreement:
    """Ask for the agreement of this key, and what became of it: some wallets repeat their first answer to a key."""
    db.demand_outside_transaction()
    try:
        with http.bulkhead(connection.gateway_key):
            opened = wallets.opens_wallets(send.open_gateway(connection))
            failpoints.reach("agreement.before")
            asked = opened.begin_agreement(key, return_url, locale)
            found = opened.look_up_agreement(asked.ref)
            failpoints.reach("agreement.after")
    except (base.GatewayError, http.Busy) as error:
        raise vouch.unavailable() from error
    return wallets.AgreementEnded(asked.ref) if isinstance(found, base.NotFound) else found
