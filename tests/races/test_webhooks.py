"""A gateway's message comes while somebody else learns the same: one outcome, recorded once, whoever is first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from counterfoil.core.actor import GATEWAY
from counterfoil.flows.gateway_events import apply, receive
from counterfoil.flows.payments import confirm, submit
from counterfoil.gateway_events import queries as event_queries
from tests.factories.world import World
from tests.races.conftest import Race
from tests.races.test_payments import assert_sound, count, whole


@pytest.mark.parametrize("meet_at", ["look_up.after", "commit.before", "commit.after"])
def test_two_workers_apply_what_a_webhook_says(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_after")
    payment = world.pay(world.card(), whole(invoice))
    for delivery in world.sandbox.due():
        world.sandbox.app.sandbox.outbox.delivered([delivery.seq], world.now)
        store_only(world, delivery)
    event_id = event_queries.list_waiting_ids(before=world.now + timedelta(days=1), limit=1)[0]

    def work() -> None:
        apply.run(actor=GATEWAY, now=world.now, event_id=event_id)

    assert race(work, work, meet_at=meet_at) == [None, None]
    assert world.payment(payment.public_id).status == "settled"
    assert count(world, "ledger_entry", "kind = 'payment.settled'") == 1
    assert_sound(world)


def store_only(world: World, delivery: Any) -> None:
    receive.run(
        now=world.now,
        real_now=world.now,
        connection_ref=world.connection_ref,
        body=delivery.body,
        headers=dict(delivery.headers),
    )


def test_the_same_event_twice_at_once_is_stored_once(world: World, race: Race) -> None:
    world.pay(world.card(), whole(world.invoice()))
    delivery = world.sandbox.due()[0]
    race(lambda: store_only(world, delivery), lambda: store_only(world, delivery), meet_at="commit.before")
    assert count(world, "gateway_events_gatewayevent") == 1


@pytest.mark.parametrize("meet_at", ["commit.before", "look_up.before", "look_up.after"])
def test_the_webhook_against_the_page_that_asks(world: World, race: Race, meet_at: str) -> None:
    payment = world.pay(world.card("4000002500003155"), whole(world.invoice()))
    path = payment.action_url.removeprefix("http://sandbox.test")
    world.sandbox.http.post(path, data={"decision": "approve"})
    results = race(
        lambda: confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id),
        world.deliver,
        meet_at=meet_at,
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert world.payment(payment.public_id).status == "settled"
    assert count(world, "notices_notice", "key = 'payment_receipt'") == 1
    assert_sound(world)


@pytest.mark.parametrize(
    ("card", "became"), [("4242424242424242", "settled"), ("4000000000009995", "declined")]
)
@pytest.mark.parametrize("ends_first", [0, 1, None], ids=["answer first", "webhook first", "at once"])
def test_the_webhook_against_the_answer(
    world: World, race: Race, ends_first: int | None, card: str, became: str
) -> None:
    """The answer is in hand and not recorded, and so is what the webhook's look-up said: one of them is recorded."""
    invoice = world.invoice()
    submission = world.review(world.order(world.card(card), whole(invoice)))
    ref, delivered = race.crossing(
        lambda: submit.run(actor=world.payer, now=world.now, submission=submission),
        world.deliver,
        at=("call.after", "look_up.after"),
        ends_first=ends_first,
    )
    assert delivered == 1
    assert world.payment(ref).status == became
    is_paid = became == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)] * is_paid
    assert count(world, "payment_event", f"event = 'payment.{became}'") == 1
    assert count(world, "ledger_entry", "kind = 'payment.settled'") == is_paid
    assert count(world, "notices_notice", "key = 'payment_receipt'") == is_paid
    assert world.outstanding == (0 if is_paid else invoice.total_minor)
    assert_sound(world)
