"""Sends payments to their gateways: outside any transaction, once each, under the attempt's lease."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings

from counterfoil.billers import queries as billers
from counterfoil.core import db, failpoints, http
from counterfoil.gateways import base, registry
from counterfoil.methods import queries as method_queries
from counterfoil.payments import attempt_queries

CALLERS = 8


@dataclass(frozen=True, slots=True)
class Sending:
    """One call to be made: where, and what."""

    payment_id: int
    connection: billers.ConnectionRow
    request: base.ChargeRequest


Answer: TypeAlias = tuple[int, base.Result]
"""A payment id and what the gateway said about it."""


def prepare(*, payment_ids: Sequence[int]) -> list[Sending]:
    """Read what these payments need for their calls, in a handful of queries."""
    rows = attempt_queries.list_to_send(payment_ids=payment_ids)
    tokens = method_queries.list_tokens(method_ids={row.method_id for row in rows})
    connections = billers.list_connections(
        connection_ids={tokens[row.method_id].connection_id for row in rows}
    )
    sendings = []
    for row in rows:
        token = tokens[row.method_id]
        request = base.ChargeRequest(
            key=row.gateway_key,
            amount_minor=row.total_minor,
            currency=row.currency,
            token=token.token,
            reference=row.public_id,
            description=row.biller_name,
            effective_on=row.effective_on,
            initiated_by="payer" if row.origin in {"portal", "link"} else "merchant",
            return_url=f"{settings.COUNTERFOIL_BASE_URL}/billing/payments/{row.public_id}/confirm/",
        )
        sendings.append(Sending(row.id, connections[token.connection_id], request))
    return sendings


def run(*, sendings: Sequence[Sending]) -> list[Answer]:
    """Make the calls, several at a time where there are several; every failure to answer is `Unknown`.

    :raises InsideTransaction: a transaction is open.
    """
    db.demand_outside_transaction()
    if len(sendings) == 1:
        return [_call(sendings[0])]
    with ThreadPoolExecutor(max_workers=CALLERS) as pool:
        return list(pool.map(_call, sendings))


def open_gateway(connection: billers.ConnectionRow) -> base.Gateway:
    """Return the gateway of a biller's connection, ready to be asked."""
    return registry.open_gateway(key=connection.gateway_key, config=connection.config)


def _call(sending: Sending) -> Answer:
    try:
        gateway = open_gateway(sending.connection)
    except base.GatewayError as error:
        # Nothing was sent and nothing can be until the connection is mended: a final answer, in plain words.
        return sending.payment_id, base.Declined("", base.DeclineClass.CONFIG, error.code or "connection")
    failpoints.reach("call.before")
    answer = gateway.charge(sending.request)
    if isinstance(answer, base.Unknown):
        http.note_unknown(sending.connection.gateway_key)
    else:
        http.note_answer(sending.connection.gateway_key)
    failpoints.reach("call.after")
    return sending.payment_id, answer
