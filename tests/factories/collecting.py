"""A biller that collects, in a world: who chose that, from which methods, and what the worker sets."""

from __future__ import annotations

from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import OPERATOR, WORKER, Actor
from counterfoil.flows.methods import permit
from counterfoil.flows.payers import choose_who_pays
from counterfoil.flows.payers.choose_who_pays import COLLECTS, Choice
from counterfoil.flows.schedules import plan_collections
from counterfoil.methods import queries as method_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.schedules.rows import ScheduledRow
from tests.factories import later
from tests.factories.world import World

DAYS = (3, 5, 10, 20, 31)


def begin(world: World, method: str, *, day: int = 3, days: tuple[int, ...] = DAYS) -> None:
    """Let the biller collect, the payer choose that, and give the permission for a method."""
    world.set_portal(collects=True, collection_days=list(days))
    choose(world, COLLECTS, day)
    give(world, method)


def choose(
    world: World, who_pays: str, day: int | None = None, *, actor: Actor | None = None, payer_id: int = 0
) -> None:
    """Choose who pays; for the world's own payer where no other is named."""
    ids = [payer_id or world.payer_id]
    ref = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=ids)[0].public_id
    choose_who_pays.run(
        actor=actor or world.payer, now=world.now, payer_ref=ref, choice=Choice(who_pays, day)
    )


def give(world: World, ref: str, *, actor: Actor | None = None) -> None:
    """Give the standing permission for a method, as it is shown."""
    method = method_queries.get(actor=actor or world.payer, public_id=ref)
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[method.payer_id])
    text = permit.text_for(
        now=world.now, biller=biller_queries.get(biller_id=world.biller_id), payer=payer, kind=method.kind,
        method=method, locale="en",
    )  # fmt: skip
    permit.give(actor=actor or world.payer, now=world.now, ref=ref, locale="en", seen=permit.digest(text))


def withdraw(world: World, ref: str) -> None:
    """Take the permission back."""
    permit.withdraw(actor=world.payer, now=world.now, ref=ref)


def plan(world: World) -> int:
    """Let the worker set what is collected next."""
    return plan_collections.run(actor=WORKER, now=world.now, biller_id=world.biller_id)


def planned(world: World) -> ScheduledRow:
    """Let the worker set what is collected next, and return it."""
    assert plan(world) == 1
    return next(row for row in later.waiting(world) if row.origin == "pull")
