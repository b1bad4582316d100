"""Payments of later days with two at once, and with a worker that is killed: nothing lost, nothing twice."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from counterfoil.core import errors
from counterfoil.core.actor import GATEWAY, WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.payments import record_results, resolve_unknown
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.flows.schedules import cancel, enroll, plan_autopay, review, schedule_payment
from counterfoil.gateways import base
from counterfoil.invoices.drafts import NewLine
from tests.factories import later
from tests.factories.world import World
from tests.races.conftest import Race
from tests.races.test_payments import count

PLACES = ("", "commit.before", "commit.after", "call.before")
ON = date(2026, 12, 1)


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def set_many(world: World, count: int) -> int:
    """Set payments of several people for one day; return what they come to."""
    later.open_for_later(world)
    total = 0
    for number in range(count):
        amount = 10_000 + number
        account_id, payer_id = world.add_resident(f"Resident {number}", f"r{number}@example.test")
        actor = world.payer_actor(payer_id, f"Resident {number}")
        world.invoice(NewLine("Rent", amount), account_id=account_id, payer_id=payer_id)
        order = world.order(world.card(actor=actor), actor=actor)
        order = type(order)(payer_id, account_id, order.method_ref, order.mode)
        seen = review.run(actor=actor, now=world.now, order=order, on=ON)
        schedule_payment.run(
            actor=actor, now=world.now, order=order, on=ON, key=f"k{number}", seen=seen.digest
        )
        total += amount
    return total


@pytest.mark.parametrize("meet_at", PLACES)
def test_two_workers_take_each_once(world: World, race: Race, meet_at: str) -> None:
    total = set_many(world, 3)
    later.to_morning(world, ON)
    born = race(lambda: later.run(world), lambda: later.run(world), meet_at=meet_at)
    assert sum(born) == 3, born
    assert sum(amount for _, amount in world.sandbox.movements()) == total
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_double_click_sets_one(world: World, race: Race, meet_at: str) -> None:
    later.open_for_later(world)
    world.invoice()
    order = world.order(world.card())
    seen = review.run(actor=world.payer, now=world.now, order=order, on=ON)

    def click() -> str:
        return schedule_payment.run(
            actor=world.payer, now=world.now, order=order, on=ON, key="k", seen=seen.digest
        )

    first, second = race(click, click, meet_at=meet_at)
    assert first == second
    assert len(later.waiting(world)) == 1


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_cancellation_against_the_worker(world: World, race: Race, meet_at: str) -> None:
    later.open_for_later(world)
    world.invoice()
    row = later.schedule(world, world.card(), ON)
    later.to_morning(world, ON)
    _, canceled = race(
        lambda: later.run(world),
        lambda: cancel.run(actor=world.staff, now=world.now, ref=row.public_id),
        meet_at=meet_at,
    )
    after = later.scheduled(row.public_id)
    if isinstance(canceled, errors.Refused):
        assert (after.status, len(world.sandbox.movements())) == ("submitted", 1)
    else:
        assert (after.status, world.sandbox.movements()) == ("canceled", [])
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_the_payers_own_payment_against_the_worker(world: World, race: Race, meet_at: str) -> None:
    later.open_for_later(world)
    invoice = world.invoice()
    card = world.card()
    later.schedule(world, card, ON)
    later.to_morning(world, ON)
    race(lambda: world.pay(card), lambda: later.run(world), meet_at=meet_at)
    later.run(world)
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert world.outstanding == 0
    assert_sound(world)


@pytest.mark.parametrize("meet_at", ["", "commit.before", "commit.after"])
def test_two_planners_plan_each_bill_once(world: World, race: Race, meet_at: str) -> None:
    later.start(world, world.bank())
    world.invoice(due_in=20)

    def plan() -> int:
        return plan_autopay.run(actor=WORKER, now=world.now, biller_id=world.biller_id)

    assert sorted(race(plan, plan, meet_at=meet_at)) == [0, 1]
    assert len(later.waiting(world)) == 1
    assert later.told(world).count("autopay_notice") == 1


@pytest.mark.parametrize("meet_at", ["", "commit.before", "commit.after"])
def test_two_clicks_start_autopay_once(world: World, race: Race, meet_at: str) -> None:
    wanted = later.form(world, world.bank())
    seen = enroll.review(actor=world.payer, now=world.now, form=wanted)

    def click() -> str:
        return enroll.run(actor=world.payer, now=world.now, form=wanted, seen=seen.digest)

    first, second = race(click, click, meet_at=meet_at)
    assert first == second
    assert later.told(world).count("autopay_started") == 1


@pytest.mark.parametrize(
    ("place", "count"),
    [
        ("commit.before", 1),  # the claim is not committed
        ("commit.after", 1),  # claimed, nothing born
        ("commit.before", 2),  # born and linked, not committed
        ("commit.after", 2),  # born and linked, nothing sent
        ("call.before", 2),  # some about to be sent
        ("call.after", 2),  # some sent, nothing recorded
        ("commit.before", 3),  # all sent, not recorded
        ("commit.after", 3),
    ],
)
def test_a_worker_is_killed_and_another_goes_on(
    world: World, sandbox_database_url: str, tmp_path: Path, place: str, count: int
) -> None:
    total = set_many(world, 3)
    later.to_morning(world, ON)
    told = tmp_path / "told.pickle"
    values = (world.now, world.biller_id, place, count, world.sandbox.base_url, sandbox_database_url)
    told.write_bytes(pickle.dumps(values))
    died = subprocess.run(
        [sys.executable, "-m", "tests.races.killed_worker", str(told)],
        env=_environment(),
        check=False,
        timeout=120,
    )
    assert died.returncode == -signal.SIGKILL
    for _ in range(8):
        later.run(world)
        world.sandbox.wait(minutes=15)
        resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    later.run(world)
    moved = world.sandbox.movements()
    assert sum(amount for _, amount in moved) == total, moved
    assert len(moved) == 3
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM schedules_scheduled WHERE biller_id = %s AND status IN ('scheduled', 'running')",
            [world.biller_id],
        )
        assert cursor.fetchone() == (0,)
    assert_sound(world)


def _environment() -> dict[str, str]:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(url),
        "COUNTERFOIL_KEYS_FILE": settings.COUNTERFOIL_KEYS_FILE,
    }


@pytest.mark.parametrize("meet_at", PLACES)
def test_the_banks_no_against_the_worker_who_takes_the_next_one(
    world: World, race: Race, meet_at: str
) -> None:
    later.start(world, world.bank())
    world.invoice(NewLine("December", 100_000), due_in=15)
    later.plan(world)
    first = later.run_on_its_day(world, later.waiting(world)[0])
    world.invoice(NewLine("January", 90_000), due_in=20)
    later.plan(world)
    [row] = later.waiting(world)
    later.to_morning(world, row.run_on)
    refused = Outcome(first.id, base.Returned("", "R10", world.today), "event")
    results = race(
        lambda: later.run(world),
        lambda: record_results.run(actor=GATEWAY, now=world.now, outcomes=[refused]),
        meet_at=meet_at,
    )
    assert not any(isinstance(each, Exception) for each in results), results
    # Either it was born before the bank's word, or never: nothing is born of what is canceled.
    after = later.scheduled(row.public_id)
    assert after.status in {"submitted", "canceled"}
    assert count(world, "payments_payment") == 1 + (after.status == "submitted")
    world.sandbox.wait(minutes=30)
    assert later.run(world) == 0
    # The gateway's own books know nothing of this return: ours alone are proved.
    assert verify.run(biller_id=world.biller_id) == []
