"""Refunds at the gateway: sent once, asked about, fenced. Outside any transaction; no answer is `Unknown`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, failpoints
from counterfoil.flows.payments import resolve_unknown, send as sends
from counterfoil.gateways import base, refunds as gateway_refunds
from counterfoil.methods import queries as method_queries
from counterfoil.payments import attempt_queries
from counterfoil.refunds import queries as refund_queries, states
from counterfoil.refunds.policy import Outcome
from counterfoil.refunds.queries import ToAsk

Answer: TypeAlias = tuple[int, Outcome]
"""A refund id and what the gateway said about it."""


def can(*, payment_id: int) -> bool:
    """Tell whether the gateway that a payment went through can send money back."""
    sent = attempt_queries.list_to_ask(payment_ids=[payment_id])
    found = _connections([row.method_id for row in sent])
    try:
        for connection in found.values():
            gateway_refunds.refunds(sends.open_gateway(connection))
    except base.GatewayError:
        return False
    return bool(found)


def send(*, refund_id: int) -> list[Answer]:
    """Send one refund, once.

    :raises InsideTransaction: a transaction is open.
    """
    db.demand_outside_transaction()
    answers: list[Answer] = []
    for row, connection in _rows([refund_id]):
        try:
            gateway = gateway_refunds.refunds(sends.open_gateway(connection))
        except base.GatewayError as error:
            # Nothing was sent, and nothing will be: a final answer.
            answers.append((row.id, gateway_refunds.RefundFailed("", error.code or "connection")))
            continue
        request = gateway_refunds.RefundRequest(
            key=row.gateway_key,
            charge_ref=row.charge_ref,
            amount_minor=row.total_minor,
            currency=row.currency,
            reference=row.public_id,
        )
        failpoints.reach("refund.before")
        answers.append((row.id, gateway.refund(request)))
        failpoints.reach("refund.after")
    return answers


def ask(*, refund_ids: Sequence[int], now: datetime) -> list[Answer]:
    """Ask what became of these; one that the gateway does not know past its lease is fenced.

    No news of one whose caller is still at it is no outcome: it is left out.

    :raises InsideTransaction: a transaction is open.
    """
    db.demand_outside_transaction()
    pairs = _rows(refund_ids)
    through = {row.id: connection for row, connection in pairs}
    rows = [row for row, _ in pairs]
    answers = resolve_unknown.ask_each(rows, through, lambda row, connection: _ask(row, connection, now))
    at_it = {row.id for row in rows if row.status == states.SUBMITTING and row.call_deadline > now}
    return [
        (refund_id, answer)
        for refund_id, answer in answers.items()
        if not (refund_id in at_it and isinstance(answer, base.Unknown))
    ]


def _rows(refund_ids: Sequence[int]) -> list[tuple[ToAsk, ConnectionRow]]:
    rows = refund_queries.list_to_ask(refund_ids=refund_ids)
    found = _connections([row.method_id for row in rows])
    return [(row, found[row.method_id]) for row in rows if row.method_id in found]


def _connections(method_ids: Sequence[int]) -> dict[int, ConnectionRow]:
    tokens = method_queries.list_tokens(method_ids=method_ids)
    found = biller_queries.list_connections(connection_ids={each.connection_id for each in tokens.values()})
    return {method_id: found[each.connection_id] for method_id, each in tokens.items()}


def _ask(row: ToAsk, connection: ConnectionRow, now: datetime) -> Outcome:
    try:
        opened = sends.open_gateway(connection)
        gateway = gateway_refunds.refunds(opened)
    except base.GatewayError as error:
        return base.Unknown(str(error))
    failpoints.reach("refund_look_up.before")
    answer = gateway.look_up_refund(row.gateway_key)
    failpoints.reach("refund_look_up.after")
    if not isinstance(answer, base.NotFound):
        return answer
    if row.status not in states.UNRESOLVED or row.call_deadline > now:
        return base.Unknown("not found")
    if opened.quiet_after is not None:
        is_quiet = row.call_deadline + opened.quiet_after <= now
        return base.Fenced() if is_quiet else base.Unknown("not found, not quiet yet")
    failpoints.reach("refund_fence.before")
    fenced = gateway.fence_refund(row.gateway_key)
    failpoints.reach("refund_fence.after")
    return fenced
