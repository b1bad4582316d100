"""What a biller switched off is off at every door, also between Verify Payment and Submit Payment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import change_settings
from counterfoil.flows.payments import facts, submit
from counterfoil.rules.models import Rule
from tests.factories.world import World


def switch_off(world: World, section: str, name: str) -> None:
    change_settings.run(
        actor=OPERATOR, now=world.now, biller_id=world.biller_id, section=section, changes={name: False}
    )


def disconnect(world: World) -> None:
    found = biller_queries.get_connection(public_id=world.connection_ref)
    with db.transaction():
        biller_operations.disconnect(connection_id=found.id)


@pytest.mark.parametrize(("section", "name"), [("payments", "gateway_on"), ("portal", "portal_on")])
def test_what_is_switched_off_takes_no_payment(world: World, section: str, name: str) -> None:
    world.invoice()
    method = world.card()
    reviewed = world.review(world.order(method))
    switch_off(world, section, name)

    with pytest.raises(errors.Invalid, match="Online payment is not open here") as refused:
        submit.run(actor=world.payer, now=world.now, submission=reviewed)
    assert refused.value.code == "not_open"
    with pytest.raises(errors.Invalid, match="Online payment is not open here"):
        world.review(world.order(method))
    assert world.sandbox.movements() == []
    assert world.outstanding == 320_000


def test_the_portal_switched_off_stops_payers_and_nobody_else(world: World) -> None:
    world.invoice()
    order = world.order(world.card())
    switch_off(world, "portal", "portal_on")

    [of_payer] = facts.load(actor=world.payer, now=world.now, orders=[order])
    [of_worker] = facts.load(actor=OPERATOR, now=world.now, orders=[order])
    assert (of_payer.is_open, of_worker.is_open) == (False, True)


def test_a_method_at_a_gateway_that_was_switched_off_pays_nothing(world: World) -> None:
    world.invoice()
    reviewed = world.review(world.order(world.bank()))
    disconnect(world)

    with pytest.raises(errors.Invalid, match="This payment method cannot be used now") as refused:
        submit.run(actor=world.payer, now=world.now, submission=reviewed)
    assert refused.value.field == "method"
    assert world.outstanding == 320_000


def test_how_long_a_debit_can_come_back_is_the_rule_of_the_day(world: World) -> None:
    world.invoice()
    method = world.bank()
    before = world.pay(method)
    assert before.returnable_until == before.effective_on + timedelta(days=60)

    Rule.objects.create(
        rule_key=facts.RETURN_WINDOW, value=90, valid_from=world.today, source="A change in a test"
    )
    world.invoice()
    after = world.pay(method)
    assert after.returnable_until == after.effective_on + timedelta(days=90)


def test_two_hundred_orders_cost_as_many_queries_as_one(world: World) -> None:
    world.invoice()
    order = world.order(world.card())

    def count(orders: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            facts.load(actor=world.payer, now=world.now, orders=[order] * orders)
        return len(caught)

    assert count(200) == count(1)
