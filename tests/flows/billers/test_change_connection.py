"""A connection whose payments wait for an answer keeps the merchant that has them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import change_connection
from counterfoil.gateways.sandbox import client
from tests.factories.outcomes import ask, cut_off, whole
from tests.factories.refunds import refund
from tests.factories.sandbox import Practice
from tests.factories.world import World

SLOW_TO_GO_BACK = "4000000000007726"


@pytest.fixture
def other(world: World) -> Iterator[Practice]:
    """Another merchant at the same gateway."""
    made = Practice(world.sandbox.app, world.sandbox.time)
    client.mount(base_url=made.base_url, transport=made.transport)
    yield made
    client.mount(base_url=made.base_url, transport=None)


def unanswered(world: World, *, fault: str = "answer_lost_after") -> str:
    """A payment whose outcome we do not know; by the fault the gateway has it, or never got it."""
    invoice = world.invoice()
    world.sandbox.arm(fault)
    return world.pay(world.card(), whole(invoice)).public_id


def point(world: World, to: Practice, *, is_same_account: bool = False) -> None:
    change_connection.run(
        actor=OPERATOR,
        now=world.now,
        biller_id=world.biller_id,
        public_id=world.connection_ref,
        changes=to.config(),
        is_same_account=is_same_account,
    )


def address(world: World) -> str:
    [found] = biller_queries.list_all_connections(biller_id=world.biller_id)
    return found.config["base_url"]


def test_another_merchant_waits_for_the_payments_that_it_does_not_know(world: World, other: Practice) -> None:
    """There the payment would not be found, be fenced and canceled, and the payer charged again."""
    payment = unanswered(world)
    with pytest.raises(errors.Stale, match="wait for an answer"):
        point(world, other)
    assert address(world) == world.sandbox.base_url
    ask(world, minutes=2)
    assert world.payment(payment).status == "settled"
    point(world, other)
    assert address(world) == other.base_url


def test_a_merchant_of_before_is_not_known_again_by_what_it_had_then(world: World, other: Practice) -> None:
    world.pay(world.card(), whole(world.invoice()))
    first = world.sandbox
    point(world, other)
    world.sandbox = other
    unanswered(world)
    with pytest.raises(errors.Stale, match="wait for an answer"):
        point(world, first)
    assert address(world) == other.base_url


def test_the_same_merchant_at_another_address_is_known_by_what_waits(world: World, other: Practice) -> None:
    payment = unanswered(world)
    cut_off(world)
    other.secret_key, other.public_key = world.sandbox.secret_key, world.sandbox.public_key
    point(world, other)
    assert address(world) == other.base_url
    ask(world, minutes=2)
    assert world.payment(payment).status == "settled"


def test_the_same_merchant_is_known_by_a_later_payment_when_what_waits_never_arrived(
    world: World, other: Practice
) -> None:
    unanswered(world, fault="answer_lost_before")
    assert world.pay(world.card("5555555555554444"), whole(world.invoice())).status == "settled"
    other.secret_key, other.public_key = world.sandbox.secret_key, world.sandbox.public_key
    point(world, other)
    assert address(world) == other.base_url


def test_another_merchant_waits_for_a_refund_on_its_way(world: World, other: Practice) -> None:
    """There it would not be found: fenced, the payer's credit, and given back as well."""
    payment = world.pay(world.card(SLOW_TO_GO_BACK), whole(world.invoice()))
    assert refund(world, payment, 100_000).status == "pending"
    with pytest.raises(errors.Stale, match="wait for an answer"):
        point(world, other)
    assert address(world) == world.sandbox.base_url


def test_the_same_merchant_is_known_by_a_refund_on_its_way(world: World, other: Practice) -> None:
    """A key that leaked is replaced today, not when the bank has finished; with the old one nobody can even ask."""
    payment = world.pay(world.card(SLOW_TO_GO_BACK), whole(world.invoice()))
    refund(world, payment, 100_000)
    other.secret_key, other.public_key = world.sandbox.secret_key, world.sandbox.public_key
    point(world, other)
    assert address(world) == other.base_url


def test_who_moved_the_gateway_itself_need_not_ask_it(world: World, other: Practice) -> None:
    unanswered(world, fault="answer_lost_before")
    other.secret_key, other.public_key = world.sandbox.secret_key, world.sandbox.public_key
    with pytest.raises(errors.Stale, match="wait for an answer"):
        point(world, other)
    point(world, other, is_same_account=True)
    assert address(world) == other.base_url
