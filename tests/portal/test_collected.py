"""What the biller collects, as its payer sees it: named everywhere, with the day, and canceled in two presses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from counterfoil.schedules.rows import ScheduledRow
from counterfoil.ui import formats
from tests.factories import collecting, later
from tests.factories.world import World
from tests.portal.conftest import Joins
from tests.portal.test_pay import pay_url
from tests.portal.test_schedules import TAB, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(world: World, ruth: Client) -> ScheduledRow:
    """Let the biller collect on the day that is twelve days ahead, and tell of it."""
    day = (world.today + timedelta(days=12)).day
    collecting.begin(world, world.card(), day=day, days=(day,))
    world.invoice(due_in=3)
    return collecting.planned(world)


def test_it_stands_under_schedules_and_with_its_bill(announced: ScheduledRow, ruth: Client) -> None:
    listed = text(ruth, TAB)
    assert "$3,200.00" in listed
    assert "Maple Court collects it, as you permitted" in listed
    assert "You can cancel it until" in listed
    assert "Change<span" not in listed
    day = formats.day(announced.run_on, long=False)
    bills = text(ruth, "/billing/invoices/")
    assert f"Set for {day}" in bills
    assert "$3,200.00 is set for" in bills
    assert "Payment on" in text(ruth, f"{TAB}{announced.public_id}/")


def test_one_is_canceled_and_the_choice_stays(announced: ScheduledRow, ruth: Client) -> None:
    here = f"{TAB}{announced.public_id}/cancel/"
    assert "Only this one is canceled. Maple Court collects again" in text(ruth, here)
    for _ in range(2):
        assert ruth.post(here).headers["Location"] == TAB
    assert later.scheduled(announced.public_id).reason == "payer"
    assert "Maple Court collects" in text(ruth, "/profile/")


def test_taken_it_says_who_set_it(world: World, announced: ScheduledRow, ruth: Client) -> None:
    payment = later.run_on_its_day(world, announced)
    page = text(ruth, f"/billing/payments/{payment.public_id}/")
    assert "Scheduled for" in page
    assert "By Maple Court" in page


def test_who_may_only_pay_can_cancel_it(
    world: World, announced: ScheduledRow, ruth: Client, join: Joins
) -> None:
    """Change Who Pays offers *{biller} collects* to the ready-made profile Pay only: so it can call one off, too."""
    eve = join(world.payer_id, email="eve@example.test", profile="pay-only")
    here = f"{TAB}{announced.public_id}/cancel/"
    for page in (TAB, f"{TAB}{announced.public_id}/", "/billing/payments/"):
        assert here in text(eve, page)
    assert "Only this one is canceled" in text(eve, here)
    assert eve.post(here).headers["Location"] == TAB
    assert later.scheduled(announced.public_id).reason == "payer"


def test_who_may_only_pay_can_cancel_it_by_paying_now(
    world: World, announced: ScheduledRow, ruth: Client, join: Joins
) -> None:
    eve = join(world.payer_id, email="eve@example.test", profile="pay-only")
    given = {"method": announced.method_ref, "mode": "outstanding"}
    asked = eve.post(pay_url(world), given, follow=True).content.decode()
    assert "A payment is already set for this" in asked
    assert f'name="ref" value="{announced.public_id}"' in asked


def test_who_may_only_look_cannot(world: World, announced: ScheduledRow, ruth: Client, join: Joins) -> None:
    eve = join(world.payer_id, email="eve@example.test", profile="see-only")
    here = f"{TAB}{announced.public_id}/cancel/"
    for page in (TAB, f"{TAB}{announced.public_id}/", "/billing/payments/"):
        assert here not in text(eve, page)
    assert eve.post(here).status_code == 404
    assert later.scheduled(announced.public_id).is_open
