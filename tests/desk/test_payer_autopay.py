"""The page of a payer never says who pays without the autopay that is on beside it."""

from __future__ import annotations

import pytest
from django.test import Client

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.payers import choose_who_pays
from counterfoil.flows.payers.choose_who_pays import Choice
from counterfoil.flows.schedules import pause
from counterfoil.payers import queries as payer_queries
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def test_living_autopay_stands_beside_who_pays(world: World, desk: Client) -> None:
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    address = f"/desk/{world.key}/payers/{payer.public_id}/"

    def choose(who: str) -> None:
        choose_who_pays.run(actor=world.staff, now=world.now, payer_ref=payer.public_id, choice=Choice(who))

    def page() -> str:
        return desk.get(address).content.decode()

    choose("self")
    assert "Autopay" not in page().split("Who pays")[1].split("</dl>")[0]
    choose("autopay")
    assert "Autopay is not on" in page()
    autopay = later.start(world, world.card())
    choose("self")
    assert "Autopay is on for Eleanor Whitfield" in page()
    pause.run(actor=world.payer, now=world.now, ref=autopay.public_id)
    assert "Autopay is paused for Eleanor Whitfield" in page()
