"""No row is seen across tenants (I17): who acts in one seed asks for what another seed's people left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from counterfoil.core import errors
from counterfoil.core.actor import Actor
from counterfoil.invoices import queries as invoice_queries
from counterfoil.methods import queries as method_queries
from counterfoil.notices import queries as notice_queries
from counterfoil.payments import queries as payment_queries
from counterfoil.schedules import queries as schedule_queries
from tests.simulation.run import Person, Run

Door = Callable[..., object]

# Where what stands, and the way by which a person asks for one of it.
DOORS: Final[dict[str, Door]] = {
    "payments_payment": payment_queries.get,
    "invoices_invoice": invoice_queries.get,
    "methods_paymentmethod": method_queries.get,
    "schedules_scheduled": schedule_queries.get_scheduled,
    "schedules_enrollment": schedule_queries.get_enrollment,
    # Messages to read again are those that were sent.
    "(SELECT * FROM notices_notice n WHERE EXISTS "
    "(SELECT FROM notices_delivery d WHERE d.notice_id = n.id AND d.status = 'sent')) sent": notice_queries.get_mine,
}
# Doors tried after one seed: a few each time, all of them over many seeds.
FEW: Final = 2


def wrong(run: Run, stranger: Run | None) -> list[str]:
    """Return what somebody of this seed sees and may not: another biller's rows, or another payer's.

    What is one's own is seen: walls that hide everything prove nothing.
    """
    found: list[str] = []
    owner, howard = run.people[0], run.people[2]
    for table, door in run.random.sample(list(DOORS.items()), FEW):
        own = _rows(run, table)
        theirs = [] if stranger is None else _rows(stranger, table)
        foreign = [run.random.choice(theirs)[0]] if theirs else []
        asked = [(who, ref) for who in (owner.actor, run.world.staff) for ref in foreign]
        # Howard is another payer of the same biller.
        asked += [(howard.actor, ref) for ref, payer_id in own if payer_id == owner.pair[1]][:1]
        found += [f"{who.name} sees {ref}, which is another's" for who, ref in asked if _sees(door, who, ref)]
        found += [f"{owner.actor.name} does not see {ref}" for ref in _hidden(owner, door, own)]
    return found


def _rows(run: Run, table: str) -> list[Any]:
    return run.rows(f"SELECT public_id, payer_id FROM {table} WHERE biller_id = %s ORDER BY id")


def _hidden(owner: Person, door: Door, rows: list[Any]) -> list[str]:
    mine = [ref for ref, payer_id in rows if payer_id == owner.pair[1]]
    return [ref for ref in mine[:1] if not _sees(door, owner.actor, ref)]


def _sees(door: Door, who: Actor, ref: str) -> bool:
    try:
        door(actor=who, public_id=ref)
    except errors.NotFound:
        return False
    return True
