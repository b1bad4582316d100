"""A gateway that is away, or set up wrong, harms no one else and never ends in an error for the payer."""

from __future__ import annotations

import httpx
from django.db import connection

from counterfoil.core.actor import WORKER
from counterfoil.flows.payments import resolve_unknown
from counterfoil.gateways.sandbox import client
from counterfoil.invoices.drafts import NewLine
from tests.factories.world import World


class Counting(httpx.BaseTransport):
    """A gateway that cannot be reached; it counts who tries."""

    def __init__(self) -> None:
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        raise httpx.ConnectError("down", request=request)


def test_a_connection_that_broke_after_the_review_declines_and_takes_nothing(world: World) -> None:
    invoice = world.invoice()
    method = world.card()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billers_gatewayconnection SET gateway_key = 'gone' WHERE biller_id = %s",
            [world.biller_id],
        )
    payment = world.pay(method, [(invoice.public_id, invoice.open_minor)])
    assert (payment.public_status, payment.decline_class) == ("Declined", "config")
    assert (world.fresh(invoice).pending_minor, world.outstanding) == (0, invoice.total_minor)
    assert world.sandbox.movements() == []


def test_a_silent_gateway_is_left_alone_after_three_tries(world: World) -> None:
    method = world.card()
    for month in range(5):
        invoice = world.invoice(NewLine(f"Month {month}", 10_000))
        world.sandbox.arm("answer_lost_after")
        world.pay(method, [(invoice.public_id, 10_000)])
    away = Counting()
    client.mount(base_url=world.sandbox.base_url, transport=away)
    world.sandbox.wait(minutes=5)
    assert resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id) == 5
    assert away.asked == resolve_unknown.SILENCES
    client.mount(base_url=world.sandbox.base_url, transport=world.sandbox.transport)
    world.sandbox.wait(minutes=20)
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.outstanding == 0
