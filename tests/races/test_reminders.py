"""Two workers at one hour: every payer is reminded once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import remind
from counterfoil.notices.models import Notice
from tests.factories.world import World
from tests.races.conftest import Race

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_remind_each_payer_once(world: World, race: Race) -> None:
    for number in range(5):
        account_id, payer_id = world.add_resident(f"Resident {number}", f"r{number}@example.test")
        world.invoice(due_in=5, account_id=account_id, payer_id=payer_id)
    at = world.now.replace(hour=18, minute=7) + timedelta(days=3)

    done = race(
        lambda: remind.run(actor=WORKER, now=at, biller_id=world.biller_id),
        lambda: remind.run(actor=WORKER, now=at, biller_id=world.biller_id),
        meet_at="commit.before",
    )

    assert sorted(done) in ([0, 5], [5, 0])
    assert Notice.objects.filter(biller_id=world.biller_id, key="invoice_due_soon").count() == 5
