"""What became of payments whose outcome nobody knows. Asked, fenced, never charged again.

A look-up that says "not found" proves nothing: the request may still be on its way. Only a fence, or a final
answer, ends an unknown outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias, TypeVar

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db, failpoints
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import record_results, send
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.gateways import base
from counterfoil.methods import queries as method_queries
from counterfoil.payments import (
    attempt_queries,
    operations as payment_operations,
    queries as payment_queries,
    states,
)
from counterfoil.payments.rows import ToAsk

BATCH = 200
SILENCES = 3
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
ABANDONED_AFTER = timedelta(hours=1)

Answer: TypeAlias = base.Result | base.Fenced | base.NotFound
Said = TypeVar("Said")


class _Row(Protocol):
    """What is asked about: it has an id."""

    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=_Row)


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Ask about every payment that is past its lease and due to be asked; return how many were asked about."""
    due = attempt_queries.due_checks(now=now, limit=BATCH, biller_id=biller_id)
    ask(actor=actor, now=now, payment_ids=due, source="look_up")
    return len(due)


def ask(*, actor: Actor, now: datetime, payment_ids: Sequence[int], source: str) -> set[int]:
    """Ask the gateways what became of these payments, and record it.

    A payment past its lease that the gateway does not know, or that waits for a payer who left, is fenced. No
    news of a payment whose caller, or whose job, is still at it is no outcome.

    :returns: those about which there was no answer; ask again later.
    """
    if not payment_ids:
        return set()
    rows = attempt_queries.list_to_ask(payment_ids=payment_ids)
    tokens = method_queries.list_tokens(method_ids={row.method_id for row in rows})
    connections = biller_queries.list_connections(
        connection_ids={token.connection_id for token in tokens.values()}
    )
    through = {row.id: connections[tokens[row.method_id].connection_id] for row in rows}
    answers = ask_each(rows, through, lambda row, connection: _ask(row, connection, now))
    at_it = {row.id for row in rows if row.status == states.SUBMITTING and row.call_deadline > now}
    outcomes = [
        Outcome(
            payment_id, base.Unknown("not found") if isinstance(answer, base.NotFound) else answer, source
        )
        for payment_id, answer in answers.items()
        if not (payment_id in at_it and isinstance(answer, base.Unknown | base.NotFound))
    ]
    record_results.run(actor=actor, now=now, outcomes=outcomes)
    _postpone([row.id for row in rows if row.status in states.UNRESOLVED], now)
    return {payment_id for payment_id, answer in answers.items() if isinstance(answer, base.Unknown)}


def ask_each(
    rows: Sequence[Row], connections: Mapping[int, ConnectionRow], ask: Callable[[Row, ConnectionRow], Said]
) -> dict[int, Said | base.Unknown]:
    """Ask about each; a gateway that was silent three times in a row is left alone, so that others get their turn.

    `connections` names each row's by the row's id.
    """
    answers: dict[int, Said | base.Unknown] = {}
    silent: Counter[int] = Counter()
    for row in rows:
        connection = connections[row.id]
        if silent[connection.id] >= SILENCES:
            answers[row.id] = base.Unknown("the gateway does not answer")
            continue
        answers[row.id] = ask(row, connection)
        heard = not isinstance(answers[row.id], base.Unknown)
        silent[connection.id] = 0 if heard else silent[connection.id] + 1
    return answers


def _ask(row: ToAsk, connection: ConnectionRow, now: datetime) -> Answer:
    db.demand_outside_transaction()
    try:
        gateway = send.open_gateway(connection)
    except base.GatewayError as error:
        # One connection that was set up wrong must not keep the others' payments waiting.
        return base.Unknown(str(error))
    failpoints.reach("look_up.before")
    answer = gateway.look_up(row.gateway_key)
    failpoints.reach("look_up.after")
    may_fence = row.status in states.UNRESOLVED and row.call_deadline <= now
    if isinstance(answer, base.NotFound):
        return _fence(gateway, row, now) if may_fence else answer
    left = isinstance(answer, base.ActionNeeded) and row.submitted_at + ABANDONED_AFTER <= now
    return _fence(gateway, row, now) if left and may_fence else answer


def _fence(gateway: base.Gateway, row: ToAsk, now: datetime) -> base.Result | base.Fenced:
    if gateway.quiet_after is not None:
        quiet = row.call_deadline + gateway.quiet_after <= now
        return base.Fenced() if quiet else base.Unknown("not found, not quiet yet")
    failpoints.reach("fence.before")
    answer = gateway.fence(row.gateway_key)
    failpoints.reach("fence.after")
    return answer


def _postpone(payment_ids: Sequence[int], now: datetime) -> None:
    """Set when to ask again about those still without an answer."""

    def postpone() -> None:
        payment_queries.lock(payment_ids=payment_ids)
        due = [
            (attempt, now + BACKOFF[min(attempt.checks, len(BACKOFF) - 1)])
            for attempt in attempt_queries.list_open_attempts(payment_ids=payment_ids)
            if attempt.next_check_at is not None and attempt.next_check_at <= now
        ]
        payment_operations.postpone_checks(due=due)

    if payment_ids:
        db.in_transaction(postpone)
