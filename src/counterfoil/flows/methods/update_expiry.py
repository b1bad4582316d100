"""*Edit*: a card's new expiry date, told to the gateway that keeps the card. The number and its token stay."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors, failpoints, http
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import refresh, vouch
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.methods import expiry, queries as method_queries, states

LONGEST_YEARS = 20


def run(*, actor: Actor, now: datetime, ref: str, month: int, year: int) -> None:
    """Change the expiry date. Doing it again changes nothing.

    :raises errors.Invalid: on `expiry`: the date is past or cannot be, or the gateway says so.
    :raises errors.Refused: the gateway cannot be reached, or changes no expiry dates.
    :raises errors.NotFound: not this actor's card.
    """
    row = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer("save_methods", payer_id=row.payer_id)
    if row.kind != "card" or row.status == states.DELETED:
        raise errors.NotFound("card")
    if (row.exp_month, row.exp_year) == (month, year):
        return
    today = biller_queries.today(biller=biller_queries.get(biller_id=row.biller_id), now=now)
    if not 1 <= month <= 12 or not today.year <= year <= today.year + LONGEST_YEARS:
        raise _wrong()
    if expiry.is_over(month=month, year=year, on=today):
        raise errors.Invalid(_("This card has expired."), field="expiry")
    token = method_queries.list_tokens(method_ids=[row.id])[row.id]
    connection = biller_queries.list_connections(connection_ids=[token.connection_id])[token.connection_id]
    db.demand_outside_transaction()
    try:
        with http.bulkhead(connection.gateway_key):
            gateway = base.updates_methods(send.open_gateway(connection))
            failpoints.reach("expiry.before")
            found = gateway.update_expiry(token.token, month=month, year=year)
            failpoints.reach("expiry.after")
    except base.NotOffered as error:
        message = _("The expiry date cannot be changed here. Please use Replace the number.")
        raise errors.Invalid(message, field="expiry") from error
    except (base.Unavailable, http.Busy) as error:
        raise vouch.unavailable() from error
    except base.Refused as error:
        raise _wrong() from error
    db.in_transaction(
        lambda: refresh.apply(actor=actor, now=now, connection=connection, found=found, what="expiry")
    )


def _wrong() -> errors.Invalid:
    return errors.Invalid(_("Enter the date as it stands on the card, such as 04 / 2029."), field="expiry")
