"""Our ledger against the gateway's own books, payment by payment; every cent explained."""

from __future__ import annotations

from dataclasses import dataclass, field

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payments import attempt_queries, queries as payment_queries, states
from counterfoil.payments.queries import PaymentRow


@dataclass(frozen=True, slots=True)
class Difference:
    """One payment on which the two books differ, and why."""

    payment: str
    ours_minor: int
    theirs_minor: int
    why: str
    is_explained: bool
    payment_id: int | None = None


@dataclass(slots=True)
class Reconciliation:
    """What a comparison came to. Amounts in minor units, from the biller's view."""

    biller_key: str
    ours_minor: int = 0
    theirs_minor: int = 0
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether every cent is equal, or explained by what is on its way."""
        return all(difference.is_explained for difference in self.differences)


def run(*, actor: Actor, biller_id: int) -> Reconciliation:
    """Compare one biller's clearing account with the movements its gateways report.

    :raises base.Unavailable: a gateway does not answer.
    """
    db.demand_outside_transaction()
    biller = biller_queries.get(biller_id=biller_id)
    theirs: dict[str, int] = {}
    for connection in biller_queries.list_active_connections(biller_id=biller_id):
        for movement in _movements(connection):
            theirs[movement.key] = theirs.get(movement.key, 0) + movement.amount_minor
    with db.reading():
        ours = ledger_queries.clearing_by_source(actor=actor, biller_id=biller_id)
        by_key = attempt_queries.refs_by_gateway_key(biller_id=biller_id)
        rows = {row.public_id: row for row in payment_queries.list_sent(actor=actor, biller_id=biller_id)}
    return _compare(biller.key, ours, theirs, by_key, rows)


def _movements(connection: ConnectionRow) -> list[base.Movement]:
    books = base.keeps_books(send.open_gateway(connection))
    found: list[base.Movement] = []
    page = books.movements(None)
    while True:
        found += page.items
        if page.next is None:
            return found
        page = books.movements(page.next)


def _compare(
    biller_key: str,
    ours: dict[str, int],
    theirs: dict[str, int],
    by_key: dict[str, str],
    rows: dict[str, PaymentRow],
) -> Reconciliation:
    result = Reconciliation(biller_key, sum(ours.values()), sum(theirs.values()))
    theirs_by_ref: dict[str, int] = {}
    for key, amount in theirs.items():
        ref = by_key.get(key, f"unknown key {key}")
        theirs_by_ref[ref] = theirs_by_ref.get(ref, 0) + amount
    for ref in sorted(ours.keys() | theirs_by_ref.keys()):
        result.compared += 1
        mine, other = ours.get(ref, 0), theirs_by_ref.get(ref, 0)
        if mine != other:
            row = rows.get(ref)
            why, is_explained = _explain(row, mine, other)
            payment_id = row.id if row is not None else None
            result.differences.append(Difference(ref, mine, other, why, is_explained, payment_id))
    return result


def _explain(row: PaymentRow | None, mine: int, other: int) -> tuple[str, bool]:
    """Say why the books differ; only money that is on its way to us is explained."""
    if row is None:
        return "the gateway moved money for a key that is not ours", False
    if row.status in states.UNRESOLVED:
        return "the gateway has an outcome that we have not recorded yet", other in {0, row.total_minor}
    if row.status == states.PENDING and mine == 0 and other == row.total_minor:
        return "funded at the gateway; its event has not been applied yet", True
    if row.status in {states.PENDING, states.SETTLED} and mine == row.total_minor and other == 0:
        return "returned at the gateway; its event has not been applied yet", row.method_kind == "bank"
    return f"{row.public_status} with us, another amount at the gateway", False
