"""A helper's window, Make a Payment: what was typed is still there after a method was added or renewed."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from counterfoil.core.actor import Actor
from tests.factories import relatives, signed_in
from tests.factories.world import World
from tests.portal.test_pay import HOME, expire

pytestmark = pytest.mark.django_db


@pytest.fixture
def sister(world: World) -> tuple[str, Actor, Client]:
    """Let Susan help Eleanor with a method of her own; the address of her window, she, and her browser."""
    ref, susan = relatives.helper(world)
    return f"/sharing/helping/{ref}/pay/", susan, signed_in.as_login(email=relatives.SISTER)


def typed(world: World) -> dict[str, str]:
    ref = world.invoice().public_id
    return {"mode": "invoices", f"pick_{ref}": "on", f"amount_{ref}": "125.00"}


def test_adding_a_method_loses_nothing_that_was_typed(
    world: World, sister: tuple[str, Actor, Client]
) -> None:
    start, _, client = sister
    given = typed(world)
    page = client.get(start).content.decode()
    assert 'name="add" value="bank"' in page
    assert 'name="add" value="card"' in page
    add = client.post(start, given | {"add": "card"}).headers["Location"]
    assert add.startswith("/billing/methods/add/card/?payer=")

    saved = {"token": world.sandbox.card(), "nickname": "Susan's card"} | HOME
    back = client.post(add, saved).headers["Location"]
    assert back.startswith(start)
    page = client.get(back).content.decode()
    assert 'value="125.00"' in page
    assert re.search(r'name="mode" value="invoices"[^>]* checked', page)
    [method] = re.findall(r'name="method" value="(mth_\w+)"[^>]* checked', page)
    review = client.post(start, given | {"method": method}, follow=True).content.decode()
    assert "$125.00" in review
    assert 'name="seen"' in review


def test_an_expired_card_is_shown_and_renewed_with_everything_kept(
    world: World, sister: tuple[str, Actor, Client]
) -> None:
    start, susan, client = sister
    given = typed(world)
    card = world.card(actor=susan)
    bank = world.bank(actor=susan)
    expire(card, world)
    page = client.get(start).content.decode()
    assert ">Expired<" in page
    assert f'value="renew:{card}"' in page
    assert f'name="method" value="{card}"' not in page
    signed_in.prove(client)
    renew = client.post(start, given | {"method": bank, "add": f"renew:{card}"}).headers["Location"]
    edit = {"nickname": "Susan's card", "address": "new", "expiry": "04/2031"} | HOME
    page = client.get(client.post(renew, edit).headers["Location"]).content.decode()
    assert re.search(rf'name="method" value="{card}"[^>]* checked', page)
    assert 'value="125.00"' in page


def test_who_pays_with_a_named_method_adds_none(world: World) -> None:
    ref, _ = relatives.helper(world, method=world.card())
    given = typed(world)
    start, client = f"/sharing/helping/{ref}/pay/", signed_in.as_login(email=relatives.SISTER)
    assert 'name="add"' not in client.get(start).content.decode()
    # Asked for all the same, it is a form like any other.
    answer = client.post(start, given | {"add": "card"})
    assert answer.status_code == 200
    assert "Choose how you want to pay." in answer.content.decode()
