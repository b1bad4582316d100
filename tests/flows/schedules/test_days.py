"""The days of what is set for later, wherever on earth the biller is and whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from counterfoil.billers import queries as biller_queries
from counterfoil.flows.schedules import days
from counterfoil_sandbox import store
from tests.factories import later, sandbox as sandboxes
from tests.factories.world import World


@pytest.mark.parametrize(
    ("day", "after", "found"),
    [
        (15, date(2026, 11, 20), date(2026, 12, 15)),
        (20, date(2026, 11, 20), date(2026, 12, 20)),
        (21, date(2026, 11, 20), date(2026, 11, 21)),
        (31, date(2027, 1, 31), date(2027, 2, 28)),
        (31, date(2028, 1, 31), date(2028, 2, 29)),
        (30, date(2027, 2, 28), date(2027, 3, 30)),
        (1, date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_day_of_the_month(day: int, after: date, found: date) -> None:
    assert days.of_month(day=day, after=after) == found


@pytest.mark.parametrize(
    ("zone", "cutoff"),
    [
        ("America/Chicago", "2026-12-01T02:00:00+00:00"),
        ("Pacific/Kiritimati", "2026-11-30T06:00:00+00:00"),
        ("Pacific/Pago_Pago", "2026-12-01T07:00:00+00:00"),
    ],
)
def test_the_cutoff_and_the_morning_are_the_billers(
    db: None, base_store: store.Store, zone: str, cutoff: str
) -> None:
    world = World(sandboxes.practice(base_store), zone=zone)
    later.open_for_later(world)
    world.invoice()
    row = later.schedule(world, world.card(), date(2026, 12, 1))
    assert row.cutoff_at.astimezone(UTC).isoformat() == cutoff
    later.to_morning(world, row.run_on, hour=6)
    world.sandbox.time.now -= timedelta(seconds=1)
    assert later.run(world) == 0
    world.sandbox.time.now += timedelta(seconds=1)
    assert later.run(world) == 1


@pytest.mark.parametrize(
    ("run_on", "cutoff"),
    [
        (date(2026, 3, 9), datetime(2026, 3, 9, 1, tzinfo=UTC)),  # clocks went forward that Sunday
        (date(2026, 11, 2), datetime(2026, 11, 2, 2, tzinfo=UTC)),  # and back
    ],
)
def test_the_cutoff_is_by_the_clock_on_the_wall(world: World, run_on: date, cutoff: datetime) -> None:
    biller = biller_queries.get(biller_id=world.biller_id)
    assert days.cutoff(biller=biller, run_on=run_on) == cutoff
