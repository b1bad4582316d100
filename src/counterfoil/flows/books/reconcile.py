"""Our ledger against the gateway's own books, payment by payment and refund by refund; every cent explained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payments import attempt_queries, queries as payment_queries, states
from counterfoil.payments.queries import PaymentRow
from counterfoil.refunds import queries as refund_queries, states as refund_states
from counterfoil.refunds.queries import RefundRow

Rows: TypeAlias = dict[str, PaymentRow | RefundRow]


@dataclass(frozen=True, slots=True)
class Unreached:
    """A connection whose gateway showed no books, and what was therefore not compared. `ours_minor`: in our books."""

    connection: str
    name: str
    is_active: bool
    why: str
    payments: int = 0
    ours_minor: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One payment, or refund, on which the two books differ, and why. `payment` is its public id."""

    payment: str
    ours_minor: int
    theirs_minor: int
    why: str
    is_explained: bool
    payment_id: int | None = None
    refund_id: int | None = None


@dataclass(slots=True)
class Reconciliation:
    """What a comparison came to. Amounts in minor units, from the biller's view."""

    biller_key: str
    ours_minor: int = 0
    theirs_minor: int = 0
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    unreached: list[Unreached] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether every payment was compared, and every cent is equal or explained by what is on its way."""
        is_seen = not any(each.is_active or each.payments for each in self.unreached)
        return is_seen and all(difference.is_explained for difference in self.differences)


def run(*, actor: Actor, biller_id: int) -> Reconciliation:
    """Compare one biller's clearing account with the movements its gateways report.

    A connection that was switched off is asked too, as long as payments went through it: its money is still in
    the books. What went through a gateway that shows no books is left out and said to be.
    """
    db.demand_outside_transaction()
    biller = biller_queries.get(biller_id=biller_id)
    theirs, silent = _ask(_connections(biller_id))
    with db.reading():
        ours = ledger_queries.clearing_by_source(actor=actor, biller_id=biller_id)
        by_key = attempt_queries.refs_by_gateway_key(biller_id=biller_id)
        sent = payment_queries.list_sent(actor=actor, biller_id=biller_id)
        refunds = refund_queries.list_sent(actor=actor, biller_id=biller_id)
        unseen = [
            attempt_queries.list_refs_through(connection_id=one.id)
            | refund_queries.list_refs_through(connection_id=one.id)
            for one, _ in silent
        ]
    by_key |= {row.gateway_key: row.public_id for row in refunds}
    rows: Rows = {row.public_id: row for row in sent}
    rows |= {row.public_id: row for row in refunds}
    result, left_out = Reconciliation(biller.key), set[str]()
    shown = _by_ref(theirs, by_key)
    for (connection, error), refs in zip(silent, unseen, strict=True):
        # What another connection to the same merchant showed is compared.
        left_out |= refs - shown.keys()
        result.unreached.append(
            _unreached(connection, error, [ours[ref] for ref in left_out & refs & ours.keys()])
        )
    _compare(result, {ref: amount for ref, amount in ours.items() if ref not in left_out}, shown, rows)
    return result


def _unreached(connection: ConnectionRow, error: base.GatewayError, held: list[int]) -> Unreached:
    return Unreached(
        connection=connection.public_id,
        name=connection.name,
        is_active=connection.is_active,
        why=str(error),
        payments=len(held),
        ours_minor=sum(held),
    )


def _connections(biller_id: int) -> list[ConnectionRow]:
    """Return the connections in use, and those that were: money that went through them is in the books."""
    return [
        connection
        for connection in biller_queries.list_all_connections(biller_id=biller_id)
        if connection.is_active or attempt_queries.is_used(connection_id=connection.id)
    ]


def _ask(
    connections: list[ConnectionRow],
) -> tuple[dict[str, int], list[tuple[ConnectionRow, base.GatewayError]]]:
    """Return what the gateways moved by key, and which of them showed no books, with why.

    Two connections to one merchant (its keys were changed) show the same movements, which count once.
    """
    found: dict[tuple[str, str, str], base.Movement] = {}
    silent = []
    for connection in connections:
        try:
            movements = _movements(connection)
        except base.GatewayError as error:
            silent.append((connection, error))
            continue
        found |= {(connection.gateway_key, each.id, each.key): each for each in movements}
    theirs: dict[str, int] = {}
    for movement in found.values():
        theirs[movement.key] = theirs.get(movement.key, 0) + movement.amount_minor
    return theirs, silent


def _movements(connection: ConnectionRow) -> list[base.Movement]:
    if not connection.config:
        raise base.Refused("its settings do not open with these keys", code="sealed")
    books = base.keeps_books(send.open_gateway(connection))
    found: list[base.Movement] = []
    page = books.movements(None)
    while True:
        found += page.items
        if page.next is None:
            return found
        page = books.movements(page.next)


def _by_ref(theirs: dict[str, int], by_key: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, amount in theirs.items():
        ref = by_key.get(key, f"unknown key {key}")
        found[ref] = found.get(ref, 0) + amount
    return found


def _compare(result: Reconciliation, ours: dict[str, int], theirs: dict[str, int], rows: Rows) -> None:
    result.ours_minor, result.theirs_minor = sum(ours.values()), sum(theirs.values())
    for ref in sorted(ours.keys() | theirs.keys()):
        result.compared += 1
        mine, other = ours.get(ref, 0), theirs.get(ref, 0)
        if mine != other:
            result.differences.append(_difference(ref, rows.get(ref), mine, other))


def _difference(ref: str, row: PaymentRow | RefundRow | None, mine: int, other: int) -> Difference:
    match row:
        case None:
            return Difference(ref, mine, other, "the gateway moved money for a key that is not ours", False)
        case RefundRow():
            return Difference(ref, mine, other, *_explain_refund(row, mine, other), refund_id=row.id)
        case PaymentRow():
            return Difference(ref, mine, other, *_explain(row, mine, other), payment_id=row.id)


def _explain_refund(row: RefundRow, mine: int, other: int) -> tuple[str, bool]:
    """Say why the books differ on a refund; only what is on its way is explained."""
    if row.status in refund_states.IN_FLIGHT and mine == 0:
        return "given back at the gateway; we have not recorded it yet", other == -row.total_minor
    if row.status == refund_states.REFUNDED and mine == -row.total_minor:
        return "it came back to the gateway; we have not recorded it yet", other == 0
    return f"{row.public_status} with us, another amount at the gateway", False


def _explain(row: PaymentRow, mine: int, other: int) -> tuple[str, bool]:
    """Say why the books differ; only money that is on its way to us is explained."""
    if row.status in states.UNRESOLVED:
        return "the gateway has an outcome that we have not recorded yet", other in {0, row.total_minor}
    if row.status == states.PENDING and mine == 0 and other == row.total_minor:
        return "funded at the gateway; its event has not been applied yet", True
    if row.status in {states.PENDING, *states.PAID} and mine == row.total_minor and other == 0:
        return "returned at the gateway; its event has not been applied yet", row.method_kind == "bank"
    return f"{row.public_status} with us, another amount at the gateway", False
