"""Saving a payment method: vouched for by the gateway, checked, once, and never with a number in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from django.db import connection

from counterfoil.core import errors
from counterfoil.flows.methods import add, change
from counterfoil.gateways.sandbox import client
from counterfoil.methods import queries as method_queries
from counterfoil.methods.operations import NewAddress
from tests.factories.world import World

ADDRESS = NewAddress("12 Elm Street", "", "Springfield", "IL", "62701")


def form(world: World, token: str, kind: str = "card") -> add.NewMethodForm:
    return add.NewMethodForm(
        payer_id=world.payer_id,
        kind="bank" if kind == "bank" else "card",
        token=token,
        nickname="My card",
        is_default=False,
        address_id=None,
        new_address=ADDRESS,
    )


def save(world: World, filled: add.NewMethodForm) -> str:
    return add.run(actor=world.payer, now=world.now, form=filled)


@contextmanager
def down(world: World) -> Iterator[None]:
    """Let the gateway give no answer."""

    class Down(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("down", request=request)

    client.mount(base_url=world.sandbox.base_url, transport=Down())
    yield
    client.mount(base_url=world.sandbox.base_url, transport=world.sandbox.transport)


def saved(world: World) -> list[method_queries.MethodRow]:
    return method_queries.list_for(actor=world.payer, payer_ids=[world.payer_id])


def test_the_first_method_is_the_default(world: World) -> None:
    first = save(world, form(world, world.sandbox.card()))
    second = save(world, form(world, world.sandbox.card("5555555555554444")))
    assert [(m.public_id, m.is_default) for m in saved(world)] == [(first, True), (second, False)]


def test_a_double_click_saves_one(world: World) -> None:
    filled = form(world, world.sandbox.card())
    assert save(world, filled) == save(world, filled)
    assert len(saved(world)) == 1


def test_a_bank_account_passes_the_instant_check_first(world: World) -> None:
    save(world, form(world, world.sandbox.bank(), "bank"))
    assert [(m.kind, m.validation, m.last4) for m in saved(world)] == [("bank", "passed", "6789")]


def test_a_bank_account_that_fails_the_check_is_not_saved(world: World) -> None:
    with pytest.raises(errors.Invalid, match="Your bank does not know this account") as refusal:
        save(world, form(world, world.sandbox.bank("000444444440"), "bank"))
    assert refusal.value.code == "bank_check_failed"
    assert saved(world) == []


@pytest.mark.parametrize("token", ["tok_nothing", ""])
def test_a_token_that_is_no_good(world: World, token: str) -> None:
    with pytest.raises(errors.Invalid, match="These details have expired"):
        save(world, form(world, token))


def test_a_card_given_as_a_bank_account(world: World) -> None:
    with pytest.raises(errors.Invalid, match="These details have expired"):
        save(world, form(world, world.sandbox.card(), "bank"))


@pytest.mark.parametrize("text", ["4242 4242 4242 4242", "my ssn 078-05-1120"])
def test_numbers_do_not_belong_in_names(world: World, text: str) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        save(world, replace(form(world, world.sandbox.card()), nickname=text))
    assert refusal.value.field == "nickname"


def test_a_gateway_that_is_down_saves_nothing(world: World) -> None:
    filled = form(world, world.sandbox.card())
    with down(world), pytest.raises(errors.Refused) as refusal:
        save(world, filled)
    assert refusal.value.code == "gateway_unavailable"
    assert saved(world) == []
    assert save(world, filled) == saved(world)[0].public_id


def test_a_stranger_saves_nothing_for_this_payer(world: World) -> None:
    _, payer_id = world.add_resident("Howard Marsh")
    with pytest.raises(errors.NotPermitted):
        add.run(actor=world.payer_actor(payer_id), now=world.now, form=form(world, world.sandbox.card()))


def test_disable_enable_delete(world: World) -> None:
    ref = world.card()
    change.disable(actor=world.payer, now=world.now, ref=ref)
    change.disable(actor=world.payer, now=world.now, ref=ref)
    assert [(m.status, m.is_default, m.can_pay) for m in saved(world)] == [("disabled", False, False)]
    world.invoice()
    with pytest.raises(errors.Invalid, match="cannot be used now"):
        world.pay(ref)
    change.enable(actor=world.payer, now=world.now, ref=ref)
    change.delete(actor=world.payer, now=world.now, ref=ref)
    assert saved(world) == []
    with pytest.raises(errors.NotFound):
        change.enable(actor=world.payer, now=world.now, ref=ref)


def test_our_tables_never_hold_a_number(world: World) -> None:
    world.card()
    world.bank()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(m::text, ' ') FROM methods_paymentmethod m")
        text = cursor.fetchone()[0]
    assert "4242424242424242" not in text
    assert "000123456789" not in text
