"""Staff change a bill while autopay is planned, taken or paused: all of it is told and taken once, or owed."""

from __future__ import annotations

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.schedules import change_invoice, pause
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.queries import InvoiceRow
from tests.factories import later
from tests.factories.world import World
from tests.races.conftest import Race

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = ("", "commit.before", "commit.after", "call.before")


def raise_it(world: World, invoice: InvoiceRow) -> bool:
    wanted = change_invoice.Change(invoice.due_on, (NewLine("December", 50_000),), "", "k")
    return change_invoice.run(actor=world.staff, now=world.now, ref=invoice.public_id, change=wanted)


def bill(world: World) -> InvoiceRow:
    later.start(world, world.card())
    return world.invoice(NewLine("December", 40_000), due_in=20)


def assert_sound(world: World, results: list[object]) -> None:
    assert not any(isinstance(each, Exception) for each in results), results
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_bill_is_raised_while_a_worker_takes_what_was_told(world: World, race: Race, meet_at: str) -> None:
    invoice = bill(world)
    later.plan(world)
    [row] = later.waiting(world)
    later.to_morning(world, row.run_on)
    results = race(lambda: later.run(world), lambda: raise_it(world, invoice), meet_at=meet_at)
    later.run(world)
    later.plan(world)
    assert world.sandbox.movements() == [("capture", 40_000)]
    was_paid_first = isinstance(results[1], errors.Stale)
    if was_paid_first:
        # The worker was through before staff were there: a paid bill is not changed.
        assert later.waiting(world) == []
    else:
        # What was told is taken, and what was added is told of by itself.
        [rest] = later.waiting(world)
        assert rest.amount_minor == 10_000
        assert later.run_on_its_day(world, rest).amount_minor == 10_000
    assert world.outstanding == 0
    assert_sound(world, [each for each in results if not was_paid_first or each is not results[1]])


@pytest.mark.parametrize("meet_at", ["", "commit.before", "commit.after"])
def test_a_bill_is_raised_while_it_is_planned(world: World, race: Race, meet_at: str) -> None:
    invoice = bill(world)
    results = race(lambda: later.plan(world), lambda: raise_it(world, invoice), meet_at=meet_at)
    later.plan(world)
    assert [row.amount_minor for row in later.waiting(world)] == [50_000]
    assert_sound(world, results)


@pytest.mark.parametrize("meet_at", ["", "commit.before", "commit.after"])
def test_a_bill_is_raised_while_its_autopay_is_paused(world: World, race: Race, meet_at: str) -> None:
    invoice = bill(world)
    later.plan(world)
    [row] = later.waiting(world)
    results = race(
        lambda: pause.run(actor=world.payer, now=world.now, ref=row.enrollment_ref),
        lambda: raise_it(world, invoice),
        meet_at=meet_at,
    )
    assert later.plan(world) == 0
    assert later.waiting(world) == []
    assert later.told(world).count("scheduled_canceled") == 1
    assert not isinstance(results[1], errors.Refused)
    assert_sound(world, results)
