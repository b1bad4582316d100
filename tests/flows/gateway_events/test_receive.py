"""The door events come by: verified, stored raw and once, whatever comes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.flows.gateway_events import receive
from counterfoil.gateway_events import operations
from counterfoil.gateways import base
from tests.factories.world import World


def stored(world: World) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, payment_key FROM gateway_events_gatewayevent WHERE biller_id = %s ORDER BY id",
            [world.biller_id],
        )
        return list(cursor.fetchall())


def arrive(world: World, delivery: Any, **changed: Any) -> int | None:
    values = {
        "now": world.now,
        "real_now": world.now,
        "connection_ref": world.connection_ref,
        "body": delivery.body,
        "headers": dict(delivery.headers),
    }
    return receive.run(**{**values, **changed})


def paid(world: World) -> Any:
    payment = world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    delivery = world.sandbox.due()[0]
    return payment, delivery


def test_an_event_is_stored_once_and_its_job_queued(world: World) -> None:
    payment, delivery = paid(world)
    row_id = arrive(world, delivery)
    assert row_id is not None
    assert arrive(world, delivery) is None
    assert stored(world) == [("charge.captured", f"{payment.public_id}-1")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'apply_gateway_event'")
        assert cursor.fetchall() == [(f'{{"event_id": {row_id}}}',)]


def test_any_bytes_are_stored_as_they_came(world: World) -> None:
    [there] = biller_queries.list_active_connections(biller_id=world.biller_id)
    event = {"connection_id": there.id, "event_id": "evt_1", "kind": "x", "payment_key": ""}
    with db.transaction():
        row_id = operations.store(biller_id=world.biller_id, **event, raw=bytes(range(256)), now=world.now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM gateway_events_gatewayevent WHERE id = %s", [row_id])
        assert bytes(cursor.fetchone()[0]) == bytes(range(256))


def test_a_forged_event_leaves_no_trace(world: World) -> None:
    _, delivery = paid(world)
    with pytest.raises(base.Forged):
        arrive(world, delivery, body=delivery.body.replace(b"320000", b"320001"))
    with pytest.raises(base.Forged):
        arrive(world, delivery, headers={})
    assert stored(world) == []


def test_a_replay_of_yesterday_is_refused(world: World) -> None:
    _, delivery = paid(world)
    world.sandbox.wait(days=1)
    with pytest.raises(base.Forged):
        arrive(world, delivery)


def test_the_event_of_another_biller_is_forged_here(world: World) -> None:
    other = World(world.sandbox)
    _, delivery = paid(world)
    assert (
        arrive(world, delivery, connection_ref=other.connection_ref) is not None
    )  # one merchant, two billers
    with pytest.raises(errors.NotFound):
        arrive(world, delivery, connection_ref="con_nobody")


def test_what_an_event_says_is_never_believed(world: World) -> None:
    """A forged capture inside a genuine one changes nothing: the gateway is asked."""
    world.sandbox.arm("event_forged")
    payment = world.pay(world.card("4000000000009995"), [(world.invoice().public_id, 320_000)])
    for delivery in world.sandbox.due():
        try:
            world.take(delivery.body, dict(delivery.headers))
        except base.Forged:
            continue
    assert world.payment(payment.public_id).status == "declined"
