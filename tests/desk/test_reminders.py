"""Connect Center, Reminders: administrators set days and hours; what cannot be is said beside the field."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.settings import NoticeSettings
from counterfoil.identity import permissions
from tests.factories import signed_in
from tests.factories.world import World

pytestmark = pytest.mark.django_db
GIVEN = {
    "due_soon_days": "5", "overdue_1_days": "2", "overdue_2_days": "0", "overdue_3_days": "30", "from_hour": "9",
    "until_hour": "18",
}  # fmt: skip


def rules(world: World) -> NoticeSettings:
    found = biller_queries.get_settings(biller_id=world.biller_id, section="notices")[1]
    assert isinstance(found, NoticeSettings)
    return found


def test_days_and_hours_are_set(world: World, desk: Client) -> None:
    address = reverse("desk-reminders", args=[world.key])
    assert address in desk.get(reverse("desk-access", args=[world.key])).content.decode()
    assert desk.post(address, GIVEN).status_code == 302
    assert rules(world) == NoticeSettings(
        due_soon_days=5, overdue_1_days=2, overdue_2_days=0, overdue_3_days=30, from_hour=9, until_hour=18
    )
    assert rules(world).overdue_days == (2, 30)


def test_the_night_stays_quiet(world: World, desk: Client) -> None:
    address = reverse("desk-reminders", args=[world.key])
    for changes in (
        {"from_hour": "6"},
        {"until_hour": "21"},
        {"due_soon_days": "-1"},
        {"overdue_1_days": "x"},
    ):
        assert desk.post(address, GIVEN | changes).status_code == 200
    assert rules(world) == NoticeSettings()


def test_only_administrators_change_it(world: World) -> None:
    billing = signed_in.staff(world.biller_id, now=world.now, role=permissions.BILLING)
    address = reverse("desk-reminders", args=[world.key])
    assert billing.post(address, GIVEN).status_code == 404
    assert address not in billing.get(reverse("desk-access", args=[world.key])).content.decode()
