"""Asks a gateway what a token is, and whether a bank knows its account, before anything of it is saved (NA-08)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, errors, failpoints, http
from counterfoil.flows.payments import send
from counterfoil.gateways import base, micro_deposits
from counterfoil.methods import states
from counterfoil.methods.drafts import Details

LONGEST_TOKEN = 100


def run(*, connection: ConnectionRow, kind: base.Kind, token: str) -> base.TokenDetails:
    """Return what the gateway says of the token; a bank account has passed its instant check, or two small amounts
    are on their way to it.

    :raises errors.Invalid: the token is no good, or the bank does not know the account.
    :raises errors.Refused: the gateway cannot be reached; its code is `gateway_unavailable`.
    """
    db.demand_outside_transaction()
    refuse_nonsense(token)
    gateway = base.saves_methods(send.open_gateway(connection))
    try:
        with http.bulkhead(connection.gateway_key):
            failpoints.reach("token.before")
            found = gateway.token_details(token)
            if isinstance(found, base.NotFound) or found.kind != kind:
                raise expired()
            if found.kind == "bank" and found.check == "not_run":
                found = gateway.check_bank(token)
            if found.check == "unsupported" and isinstance(gateway, micro_deposits.SendsMicroDeposits):
                # Its bank takes no part in the instant check: two small amounts, which the owner types in.
                found = gateway.start_micro_deposits(token)
            failpoints.reach("token.after")
    except (base.Unavailable, http.Busy) as error:
        raise unavailable() from error
    except base.Refused as error:
        raise expired() from error
    # NA-08: a bank account that nobody vouched for is as good as one that failed.
    if found.check == "failed" or (found.kind == "bank" and found.check not in {"passed", "pending"}):
        message = _("Your bank does not know this account. Please check the routing and account numbers.")
        raise errors.Invalid(message, field="token", code="bank_check_failed")
    return found


def validation_of(found: base.TokenDetails) -> str:
    """Return how a method that the gateway vouched for stands (NA-08)."""
    if found.kind != "bank":
        return states.NOT_NEEDED
    return states.PASSED if found.check == "passed" else states.PENDING


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


def refuse_nonsense(token: str) -> None:
    """Refuse what no gateway gave out, before anybody is asked about it.

    :raises errors.Invalid: it is too long, or holds what cannot be printed.
    """
    if len(token) > LONGEST_TOKEN or not token.isprintable():
        raise expired()


def expired() -> errors.Invalid:
    """The token is no good any longer: the details are asked for again."""
    return errors.Invalid(_("These details have expired. Please enter them again."), field="token")


def unavailable() -> errors.Refused:
    """The gateway gives no answer; nothing was changed."""
    message = _("We cannot reach the payment service right now. Nothing was saved. Please try again.")
    return errors.Refused(message, code="gateway_unavailable")
