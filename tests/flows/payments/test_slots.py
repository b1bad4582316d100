"""Nobody waits for a gateway outside the process's few slots, and no biller's gateway speaks for another."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from pytest_django import Settings

from counterfoil.core import errors, http
from counterfoil.core.actor import WORKER
from counterfoil.flows.payments import confirm
from counterfoil.gateways.sandbox import client
from counterfoil.payments import attempt_queries, queries as payment_queries
from counterfoil.payments.queries import PaymentRow
from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes
from tests.factories.world import World


@pytest.fixture
def one_slot(settings: Settings) -> None:
    settings.COUNTERFOIL_WEB_THREADS = 2
    http.forget()


def unheard(world: World) -> PaymentRow:
    """A payment that went through and whose answer was lost."""
    world.invoice()
    method = world.card()
    world.sandbox.arm("answer_lost_after", times=1)
    payment = world.pay(method)
    assert payment.is_confirming
    return payment


@pytest.mark.usefixtures("one_slot")
def test_a_page_that_asks_again_waits_for_no_slot(world: World) -> None:
    payment = unheard(world)
    with http.bulkhead("another gateway"):
        confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    assert world.payment(payment.public_id).is_confirming

    confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    assert world.payment(payment.public_id).public_status == "Paid"


def test_what_is_known_is_not_asked(world: World) -> None:
    world.invoice()
    payment = world.pay(world.card())
    client.mount(base_url=world.sandbox.base_url, transport=None)
    confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    assert world.payment(payment.public_id).public_status == "Paid"


@pytest.mark.usefixtures("one_slot")
def test_a_method_is_not_added_while_no_slot_is_free(world: World) -> None:
    token = world.sandbox.card()
    with (
        http.bulkhead("another gateway"),
        pytest.raises(errors.Refused, match="Nothing was saved") as refused,
    ):
        world.save("card", token)
    assert refused.value.code == "gateway_unavailable"
    assert world.save("card", token)


def test_another_billers_gateway_wakes_nothing(world: World, base_store: store.Store) -> None:
    payment = unheard(world)
    key = attempt_queries.gateway_keys(payment_ids=[payment.id])[payment.id]
    other = World(sandboxes.practice(base_store))
    try:
        for home, status in ((other, "Pending"), (world, "Paid")):
            body = json.dumps(
                {
                    "id": f"evt_{home.key}",
                    "type": "charge.captured",
                    "created_at": home.now.isoformat(),
                    "data": {"charge": {"key": key}},
                }
            ).encode()
            stamp = str(int(home.now.timestamp()))
            secret = home.sandbox.config()["webhook_secret"]
            mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            home.take(body, {"Sandbox-Signature": f"t={stamp},v1={mark}"})
            [row] = payment_queries.list_by_ids(actor=WORKER, payment_ids=[payment.id])
            assert row.public_status == status
    finally:
        client.mount(base_url=other.sandbox.base_url, transport=None)
