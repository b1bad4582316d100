"""Our books beside the gateway's: every cent equal, or explained, or an alarm."""

from __future__ import annotations

from datetime import date

import httpx
import pytest
from django.db import connection

from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.billers.drafts import NewConnection
from counterfoil.billers.models import GatewayConnection
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.billers import disconnect_gateway
from counterfoil.flows.books import reconcile, verify
from counterfoil.gateways.sandbox import client
from tests.factories.world import World


def compare(world: World) -> reconcile.Reconciliation:
    return reconcile.run(actor=WORKER, biller_id=world.biller_id)


def test_equal_to_the_cent(world: World) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    found = compare(world)
    assert (found.ours_minor, found.theirs_minor, found.compared) == (320_000, 320_000, 1)
    assert found.is_clean
    assert found.differences == []


def test_an_outcome_that_is_not_recorded_yet_is_explained(world: World) -> None:
    world.sandbox.arm("answer_lost_after")
    payment = world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    (difference,) = compare(world).differences
    assert (difference.payment, difference.ours_minor, difference.theirs_minor) == (
        payment.public_id,
        0,
        320_000,
    )
    assert difference.is_explained


def test_money_of_a_key_that_is_not_ours_is_an_alarm(world: World) -> None:
    world.sandbox.charge("somebody-else", world.sandbox.card())
    found = compare(world)
    assert not found.is_clean
    assert found.differences[0].why == "the gateway moved money for a key that is not ours"


def test_a_charge_we_call_canceled_is_an_alarm(world: World) -> None:
    payment = world.pay(world.card("4000000000009995"), [(world.invoice().public_id, 320_000)])
    with world.sandbox.app.sandbox.store.session() as db:
        db.execute(
            "INSERT INTO movement (merchant_id, at, kind, amount_minor, currency, charge_id, key, reference)"
            " VALUES (%s, %s, 'capture', 320000, 'USD', 'ch_x', %s, '')",
            [world.sandbox.id, world.now, f"{payment.public_id}-1"],
        )
    found = compare(world)
    assert not found.is_clean
    assert "Declined with us" in found.differences[0].why


def test_a_return_on_its_way_is_explained(world: World) -> None:
    world.pay(world.bank("000111111116"), [(world.invoice().public_id, 320_000)])
    world.sandbox.to(date(2026, 11, 24))
    world.deliver()
    world.sandbox.to(date(2026, 11, 27))
    world.sandbox.due()
    found = compare(world)
    assert found.is_clean
    assert [d.why for d in found.differences] == [
        "returned at the gateway; its event has not been applied yet"
    ]


def switch_off(world: World) -> None:
    found = biller_queries.get_connection(public_id=world.connection_ref)
    with db.transaction():
        biller_operations.disconnect(connection_id=found.id)


def connect(world: World, **changed: str) -> None:
    new = NewConnection(
        gateway_key="sandbox", name="Next", kinds=("card",), config=world.sandbox.config() | changed
    )
    with db.transaction():
        biller_operations.connect(biller_id=world.biller_id, new=new, now=world.now)


def test_a_connection_that_was_switched_off_is_asked_as_long_as_money_went_through_it(world: World) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    switch_off(world)
    found = compare(world)
    assert (found.ours_minor, found.theirs_minor, found.compared) == (320_000, 320_000, 1)
    assert found.is_clean


def test_two_connections_to_one_merchant_count_its_movements_once(world: World) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    switch_off(world)
    connect(world)
    found = compare(world)
    assert (found.theirs_minor, found.differences) == (320_000, [])


def test_what_a_gateway_without_an_answer_holds_is_said_and_is_no_difference(world: World) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    switch_off(world)
    gone = httpx.MockTransport(lambda request: httpx.Response(503))
    client.mount(base_url=world.sandbox.base_url, transport=gone)
    found = compare(world)
    assert (found.compared, found.differences) == (0, [])
    (unreached,) = found.unreached
    assert (unreached.connection, unreached.is_active) == (world.connection_ref, False)
    assert (unreached.payments, unreached.ours_minor) == (1, 320_000)
    assert not found.is_clean


def test_keys_that_were_changed_leave_nothing_uncompared(world: World) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    keys = {**world.sandbox.config(), "secret_key": f"sk_next_{world.sandbox.id}"}
    world.sandbox.admin(
        "merchants", id=world.sandbox.id, name="Maple Court", origins=[world.sandbox.origin], **keys
    )
    assert [(each.is_active, each.payments) for each in compare(world).unreached] == [(True, 1)]

    switch_off(world)
    connect(world, **keys)
    found = compare(world)
    assert [(each.is_active, each.payments) for each in found.unreached] == [(False, 0)]
    assert (found.ours_minor, found.theirs_minor, found.differences) == (320_000, 320_000, [])
    assert found.is_clean


def test_a_connection_whose_key_was_lost_is_said_and_can_be_switched_off_for_the_next(world: World) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    GatewayConnection.objects.filter(public_id=world.connection_ref).update(config_sealed="v1.lost.AAAA")
    assert [each.why for each in compare(world).unreached] == ["its settings do not open with these keys"]

    disconnect_gateway.run(
        actor=OPERATOR, now=world.now, biller_id=world.biller_id, public_id=world.connection_ref
    )
    connect(world)
    found = compare(world)
    assert (found.ours_minor, found.theirs_minor) == (320_000, 320_000)
    assert found.is_clean


def test_payers_do_not_see_the_books(world: World) -> None:
    with pytest.raises(errors.NotPermitted):
        reconcile.run(actor=world.payer, biller_id=world.biller_id)


@pytest.mark.parametrize(
    ("change", "proof"),
    [
        ("UPDATE invoices_invoice SET open_minor = open_minor - 1 WHERE status = 'open'", "I3 what is open"),
        ("UPDATE invoices_invoice SET pending_minor = 5 WHERE status = 'open'", "I3 what is pending"),
        (
            "UPDATE payments_payment SET amount_minor = amount_minor + 7 WHERE origin = 'portal'",
            "I3 unapplied credit",
        ),
        ("UPDATE payments_attempt SET ended_at = NULL", "An ended payment has no open attempt"),
        ("UPDATE payments_payment SET gateway_ref = 'ch_same'", "I4 a gateway object"),
        ("UPDATE payments_allocation SET amount_minor = amount_minor + 400000", "I9 a payment pays no more"),
        ("UPDATE payments_payment SET status = 'returned'", "I9 an ended payment"),
        ("UPDATE payments_allocation SET applied_on = NULL", "I9 what a settled payment"),
        ("UPDATE agreements_authorization SET amount_minor = 1", "I11 every debit"),
    ],
)
def test_each_proof_finds_what_it_is_for(world: World, change: str, proof: str) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    world.pay(world.card("5555555555554444"), [(world.invoice().public_id, 100_000)])
    world.invoice()
    assert verify.run(biller_id=world.biller_id) == []
    with connection.cursor() as cursor:
        cursor.execute(
            f"{change}{' AND' if 'WHERE' in change else ' WHERE'} biller_id = %s", [world.biller_id]
        )
    assert any(finding.proof.startswith(proof) for finding in verify.run(biller_id=world.biller_id))
