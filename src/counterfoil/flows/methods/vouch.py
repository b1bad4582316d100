"""Asks a gateway what a token is, and whether a bank knows its account, before anything of it is saved (NA-08)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, errors, failpoints, http
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.methods.drafts import Details

LONGEST_TOKEN = 100


def run(*, connection: ConnectionRow, kind: base.Kind, token: str) -> base.TokenDetails:
    """Return what the gateway says of the token; a bank account has passed its instant check.

    :raises errors.Invalid: the token is no good, or the bank does not know the account.
    :raises errors.Refused: the gateway cannot be reached; its code is `gateway_unavailable`.
    """
    db.demand_outside_transaction()
    if len(token) > LONGEST_TOKEN or not token.isprintable():
        raise expired()
    gateway = base.saves_methods(send.open_gateway(connection))
    try:
        with http.bulkhead(connection.gateway_key):
            failpoints.reach("token.before")
            found = gateway.token_details(token)
            if isinstance(found, base.NotFound) or found.kind != kind:
                raise expired()
            if found.kind == "bank" and found.check == "not_run":
                found = gateway.check_bank(token)
            failpoints.reach("token.after")
    except (base.Unavailable, http.Busy) as error:
        raise unavailable() from error
    except base.Refused as error:
        raise expired() from error
    # NA-08: a bank account that nobody vouched for is as good as one that failed.
    if found.check == "failed" or (found.kind == "bank" and found.check != "passed"):
        message = _("Your bank does not know this account. Please check the routing and account numbers.")
        raise errors.Invalid(message, field="token", code="bank_check_failed")
    return found


def details_of(found: base.TokenDetails) -> Details:
    """Return what is kept of a gateway's answer, cut to the room there is for it."""
    return Details(
        token=found.token,
        fingerprint=found.fingerprint,
        brand=found.brand[:40],
        bank_name=found.bank_name[:80],
        last4=found.last4,
        exp_month=found.exp_month,
        exp_year=found.exp_year,
        funding=found.funding,
        bank_account_kind=found.account_kind or "",
        holder_kind=found.holder_kind or "",
        holder_name=found.holder_name[:120],
    )


def expired() -> errors.Invalid:
    """The token is no good any longer: the details are asked for again."""
    return errors.Invalid(_("These details have expired. Please enter them again."), field="token")


def unavailable() -> errors.Refused:
    """The gateway gives no answer; nothing was changed."""
    message = _("We cannot reach the payment service right now. Nothing was saved. Please try again.")
    return errors.Refused(message, code="gateway_unavailable")
