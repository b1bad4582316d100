"""My Payment Methods through its addresses: one's own alone, no number in free text, nothing added twice."""

from __future__ import annotations

import pytest
from django.test import Client

from counterfoil.core.actor import OPERATOR
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from tests.factories.world import World
from tests.portal.conftest import Joins

pytestmark = pytest.mark.django_db
ADD = "/billing/methods/add/card/"
ADDRESS = {"line1": "12 Elm Street", "city": "Chicago", "state": "IL", "postal_code": "60601"}


def methods(world: World) -> list[MethodRow]:
    return method_queries.list_for(actor=OPERATOR, payer_ids=[world.payer_id])


def test_adding_a_token_twice_adds_one_method(world: World, ruth: Client) -> None:
    given = {"token": world.sandbox.card(), "nickname": "Harold", "is_default": "on", **ADDRESS}
    for _ in range(2):
        assert ruth.post(ADD, given).headers["Location"] == "/billing/methods/"

    [method] = methods(world)
    assert (method.nickname, method.last4, method.is_default) == ("Harold", "4242", True)


def test_nothing_typed_is_lost_and_the_token_is_kept_on_an_error(world: World, ruth: Client) -> None:
    token = world.sandbox.card()
    answer = ruth.post(ADD, {"token": token, "nickname": "Harold", "line1": "12 Elm Street"})

    assert b"Enter the city." in answer.content
    assert b'value="12 Elm Street"' in answer.content
    assert f'name="token" value="{token}"'.encode() in answer.content
    assert methods(world) == []


def test_card_numbers_are_refused_as_nicknames(world: World, ruth: Client) -> None:
    given = {"token": world.sandbox.card(), "nickname": "4242 4242 4242 4242", **ADDRESS}
    answer = ruth.post(ADD, given)

    assert b"This looks like a card, account or Social Security number." in answer.content
    assert methods(world) == []


def test_a_bank_account_that_fails_its_check_is_not_added(world: World, ruth: Client) -> None:
    given = {"token": world.sandbox.bank("000444444440"), "nickname": "Harold", **ADDRESS}
    answer = ruth.post("/billing/methods/add/bank/", given)

    assert b"Your bank does not know this account." in answer.content
    assert b'name="token" value=""' in answer.content
    assert methods(world) == []


def test_without_a_token_the_way_leads_over_the_gateways_page(world: World, ruth: Client) -> None:
    answer = ruth.post(ADD, {"nickname": "Harold", **ADDRESS})

    assert answer.headers["Location"].startswith(f"{world.sandbox.base_url}/page/card?")
    assert world.sandbox.base_url in answer.headers["Content-Security-Policy"]
    assert b"4242" not in answer.content


def test_only_this_page_may_show_the_gateways_frame(world: World, ruth: Client) -> None:
    assert f"frame-src {world.sandbox.base_url}" in ruth.get(ADD).headers["Content-Security-Policy"]
    assert "frame-src" not in ruth.get("/billing/methods/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("move", ["edit", "disable", "enable", "delete"])
def test_somebody_elses_method_is_not_there(world: World, ruth: Client, join: Joins, move: str) -> None:
    ref = world.card()
    _, payer_id = world.add_resident("Rose Kim")
    stranger = join(payer_id, email="tom@example.test")

    assert stranger.get(f"/billing/methods/{ref}/{move}/").status_code == 404
    assert stranger.post(f"/billing/methods/{ref}/{move}/", {"nickname": "Mine"}).status_code == 404
    [method] = methods(world)
    assert (method.nickname, method.status) == ("Eleanor Whitfield", "active")


def test_asking_moves_nothing_and_deleting_is_for_good(world: World, ruth: Client) -> None:
    ref = world.card()
    for move in ("disable", "delete"):
        assert ruth.get(f"/billing/methods/{ref}/{move}/").status_code == 200
    assert methods(world)[0].status == "active"
    ruth.post(f"/billing/methods/{ref}/delete/")
    assert methods(world) == []
    assert ruth.post(f"/billing/methods/{ref}/enable/").status_code == 404


def test_who_may_not_save_methods_sees_no_menu(world: World, join: Joins) -> None:
    world.card()
    client = join(email="eve@example.test", profile="see-only")

    assert b"+Add Payment Method" not in client.get("/billing/methods/").content
    assert client.get(ADD).status_code == 404
