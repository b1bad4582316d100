"""A bank account is confirmed by the two small amounts that were sent to it (NA-08, NA-11).

How it fails, and what stands against it:

* The gateway said yes and we crashed, or its answer was lost: typed again it says yes again, and the sweep asks what
  it says of the account. A wrong pair whose answer was lost has used up a try: the gateway counts, nobody else.
* Guessing: three tries at the gateway, then the account is locked for good and every payment that waited is canceled.
* The number is replaced while the gateway is asked about the old one: its answer is noted only where the method still
  stands on the token that was asked about.
* Two tabs, or the payer and the sweep: the method is locked and confirmed once.
* A payment is born while the account is being confirmed: it holds the method's lock and reads how it stands, so it is
  either found by `waiting.send` or was born ready to be sent.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, errors, failpoints, http
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.methods import vouch
from counterfoil.flows.payments import send, waiting
from counterfoil.flows.payments.waiting_notices import LASTS_DAYS
from counterfoil.gateways import base, micro_deposits
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.payers import permissions
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.rows import WaitingRow

log = logging.getLogger(__name__)

BY = "small_amounts"
MOST_CENTS = 99
CHUNK = 200


def run(*, actor: Actor, now: datetime, ref: str, amounts: tuple[int, int]) -> micro_deposits.DepositsAnswer:
    """Compare two amounts (minor units) with those that were sent; once they match, what waited is sent by itself.

    :raises errors.Invalid: an amount is none that could have been sent; no try is used up.
    :raises errors.NotFound: not this actor's method.
    :raises errors.Refused: the gateway cannot be reached; its code is `gateway_unavailable`.
    """
    method = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer(permissions.SAVE_METHODS, payer_id=method.payer_id)
    if method.status == states.DELETED:
        raise errors.NotFound("method")
    if method.validation != states.PENDING:
        return micro_deposits.Locked() if method.validation == states.FAILED else micro_deposits.Matched()
    for field, minor in zip(("first", "second"), amounts, strict=True):
        if not 0 < minor <= MOST_CENTS:
            raise errors.Invalid(_("Enter an amount from $0.01 to $0.99."), field=field)
    token = method_queries.list_tokens(method_ids=[method.id])[method.id]
    answer = _ask(token, amounts)
    if isinstance(answer, micro_deposits.Matched):
        _settle(actor, now, method.id, token.token, to=states.PASSED)
    if isinstance(answer, micro_deposits.Locked):
        _settle(actor, now, method.id, token.token, to=states.FAILED)
    return answer


def follow(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Bring every waiting payment up to date: sent, reminded or canceled; return how many were looked at.

    Run again it does nothing that was done. Each biller's own day counts.
    """
    billers = biller_queries.list_all() if biller_id is None else [biller_queries.get(biller_id=biller_id)]
    seen = 0
    for biller in billers:
        today, after = biller_queries.today(biller=biller, now=now), 0
        while rows := payment_queries.list_waiting(biller_id=biller.id, after_id=after, limit=CHUNK):
            standing = _look(actor, now, rows)
            for row in rows:
                _follow(actor, now, row, standing[row.method_id], (today - row.submitted_on).days)
            seen, after = seen + len(rows), rows[-1].id
    return seen


def _follow(
    actor: Actor, now: datetime, row: WaitingRow, method: method_queries.StandingRow, day: int
) -> None:
    if method.status == states.DELETED:
        waiting.cancel(actor=actor, now=now, payment_ids=[row.id], why="gone")
    elif method.validation == states.FAILED:
        waiting.cancel(actor=actor, now=now, payment_ids=[row.id], why="locked")
    elif method.validation == states.PASSED and method.status == states.ACTIVE:
        waiting.send(actor=actor, now=now, method_id=method.id)
    elif day >= LASTS_DAYS:
        waiting.cancel(actor=actor, now=now, payment_ids=[row.id], why="late")
    else:
        waiting.remind(actor=actor, now=now, payment_id=row.id, day=day)


def _look(actor: Actor, now: datetime, rows: Iterable[WaitingRow]) -> dict[int, method_queries.StandingRow]:
    """How the methods stand, after asking the gateways about those that nobody has confirmed here."""
    pending = {row.method_id for row in rows if row.method_validation == states.PENDING}
    tokens = method_queries.list_tokens(method_ids=pending)
    connections = biller_queries.list_connections(
        connection_ids={token.connection_id for token in tokens.values()}
    )
    for method_id, token in tokens.items():
        check = _checked(connections[token.connection_id], token.token)
        if check in {states.PASSED, states.FAILED}:
            _settle(actor, now, method_id, token.token, to=check)
    found = method_queries.list_states(method_ids={row.method_id for row in rows})
    return {row.id: row for row in found}


def _checked(connection: ConnectionRow, token: str) -> str:
    db.demand_outside_transaction()
    try:
        gateway = base.saves_methods(send.open_gateway(connection))
        failpoints.reach("check.before")
        found = gateway.token_details(token)
        failpoints.reach("check.after")
    except base.GatewayError:
        log.warning("a gateway does not say how an account stands", extra={"ref": connection.id})
        return ""
    return "" if isinstance(found, base.NotFound) else found.check


def _ask(token: method_queries.TokenRow, amounts: tuple[int, int]) -> micro_deposits.DepositsAnswer:
    db.demand_outside_transaction()
    connection = biller_queries.list_connections(connection_ids=[token.connection_id])[token.connection_id]
    try:
        with http.bulkhead(connection.gateway_key):
            gateway = micro_deposits.sends_micro_deposits(send.open_gateway(connection))
            failpoints.reach("amounts.before")
            answer = gateway.confirm_micro_deposits(token.token, amounts)
            failpoints.reach("amounts.after")
    except (base.GatewayError, http.Busy) as error:
        raise vouch.unavailable() from error
    return answer


def _settle(actor: Actor, now: datetime, method_id: int, token: str, *, to: str) -> None:
    """Note what the gateway said of the account behind a token, then send or cancel what waited for it."""
    if not db.in_transaction(lambda: _note(actor, now, method_id, token, to)):
        return
    if to == states.PASSED:
        waiting.send(actor=WORKER, now=now, method_id=method_id)
        return
    while rows := payment_queries.list_waiting(method_id=method_id):
        waiting.cancel(actor=WORKER, now=now, payment_ids=[row.id for row in rows], why="locked")


def _note(actor: Actor, now: datetime, method_id: int, token: str, to: str) -> bool:
    """Note it where it is not noted yet; tell whether the method still stands on this token."""
    [method] = method_queries.lock(method_ids=[method_id])
    if method.token != token:
        return False
    if method.validation != states.PENDING:
        return True
    by = BY if to == states.PASSED else ""
    method_operations.change_validation(method=method, to=to, by=by, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=method.biller_id,
        action="method.validated" if to == states.PASSED else "method.not_validated",
        object_ref=method.public_id,
        details={"by": BY},
        now=now,
    )
    return True
