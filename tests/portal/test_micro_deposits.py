"""The two small amounts through the addresses: typed in, mistyped, locked; and another method beside them."""

from __future__ import annotations

import pytest
from django.test import Client

from counterfoil.core.actor import WORKER
from counterfoil.payments import queries as payment_queries
from counterfoil.portal.forms import micro_deposits
from tests.factories.world import World
from tests.portal.conftest import Joins

pytestmark = pytest.mark.django_db


def pending(world: World) -> tuple[str, str]:
    token = world.sandbox.bank("000555555551")
    return world.save("bank", token), token


def waiting(world: World) -> tuple[str, str, str]:
    """A payment that waits; its public id, the method's, and the token."""
    method, token = pending(world)
    invoice = world.invoice()
    payment = world.pay(method, [(invoice.public_id, invoice.total_minor)])
    return payment.public_id, method, token


def typed(world: World, token: str) -> dict[str, str]:
    first, second = world.sandbox.amounts(token)
    return {"first": f"$0.{first:02}", "second": str(second)}


def statuses(world: World) -> list[str]:
    rows = payment_queries.list_page(actor=WORKER, account_id=world.account_id).rows
    return [row.status for row in rows]


def test_the_payment_says_what_to_do_and_leads_there(world: World, ruth: Client) -> None:
    ref, method, token = waiting(world)
    page = ruth.get(f"/billing/payments/{ref}/").content
    assert b"We are sending two small amounts to your account" in page
    assert b"in 1 to 2 bank days" in page
    assert b"Pay with another method" in page
    address = f"/billing/methods/{method}/amounts/?payment={ref}"
    assert address.encode() in page
    assert ruth.get(address).status_code == 200
    world.sandbox.wait(days=4)
    answer = ruth.post(address, typed(world, token))
    assert answer.headers["Location"] == f"/billing/payments/{ref}/"
    assert statuses(world) == ["submitting"]
    assert b"Your bank account is confirmed." in ruth.get(f"/billing/payments/{ref}/").content
    # Another tab, Back, a double click: nothing more happens.
    assert ruth.post(address, {"first": "1", "second": "1"}).status_code == 302
    assert ruth.get(address).headers["Location"] == f"/billing/payments/{ref}/"


def test_the_list_leads_there_too(world: World, ruth: Client) -> None:
    method, token = pending(world)
    assert f"/billing/methods/{method}/amounts/".encode() in ruth.get("/billing/methods/").content
    world.sandbox.wait(days=4)
    answer = ruth.post(f"/billing/methods/{method}/amounts/", typed(world, token))
    assert answer.headers["Location"] == "/billing/methods/"
    assert b"amounts/" not in ruth.get("/billing/methods/").content


def test_wrong_amounts_are_counted_and_nothing_typed_is_lost(world: World, ruth: Client) -> None:
    ref, method, token = waiting(world)
    address = f"/billing/methods/{method}/amounts/?payment={ref}"
    assert b"still on their way" in ruth.post(address, {"first": "1", "second": "2"}).content
    world.sandbox.wait(days=4)
    first, second = world.sandbox.amounts(token)
    wrong = {"first": f"0.{first % 99 + 1:02}", "second": f"0.{second:02}"}
    answer = ruth.post(address, wrong)
    assert b"You can try 2 more times." in answer.content
    assert f'value="{wrong["first"]}"'.encode() in answer.content
    assert b"You can try 1 more time." in ruth.post(address, wrong).content
    locked = ruth.post(address, wrong, follow=True)
    assert b"This bank account can no longer be confirmed" in locked.content
    assert statuses(world) == ["canceled"]
    page = ruth.get(f"/billing/payments/{ref}/").content
    assert b"typed in wrong too often" in page
    assert b"Try another method" in page


@pytest.mark.parametrize("text", ["1.50", "abc", "0", "100", "-3", "0.123"])
def test_what_cannot_be_an_amount_uses_up_no_try(world: World, ruth: Client, text: str) -> None:
    method, _token = pending(world)
    world.sandbox.wait(days=4)
    answer = ruth.post(f"/billing/methods/{method}/amounts/", {"first": text, "second": "5"})
    assert b"Enter an amount from $0.01 to $0.99." in answer.content


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("$0.32", 32),
        ("0.32", 32),
        (".32", 32),
        ("32", 32),
        ("0.3", 30),
        ("5 cents", 5),
        ("0,32", 32),
        ("32\u00a2", 32),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, cents: int) -> None:
    assert micro_deposits.read_cents(text) == cents


def test_another_method_is_beside_it(world: World, ruth: Client) -> None:
    ref, _method, _token = waiting(world)
    address = f"/billing/payments/{ref}/instead/"
    assert ruth.get(address).headers["Location"] == f"/billing/payments/{ref}/"
    assert statuses(world) == ["awaiting_validation"]
    for _ in range(2):
        answer = ruth.post(address)
        assert f"again={ref}" in answer.headers["Location"]
    assert statuses(world) == ["canceled"]
    assert ruth.get(answer.headers["Location"]).status_code == 200


def test_it_is_nobody_elses(world: World, ruth: Client, join: Joins) -> None:
    ref, method, token = waiting(world)
    _account, payer_id = world.add_resident("Rose Kim")
    stranger = join(payer_id, email="tom@example.test")
    world.sandbox.wait(days=4)
    for address in (f"/billing/methods/{method}/amounts/", f"/billing/payments/{ref}/instead/"):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, typed(world, token)).status_code == 404
    assert statuses(world) == ["awaiting_validation"]
    own = stranger_method(world, payer_id)
    assert stranger.get(f"/billing/methods/{own}/amounts/?payment={ref}").status_code == 404


def stranger_method(world: World, payer_id: int) -> str:
    return world.save(
        "bank", world.sandbox.bank("000555555551"), actor=world.payer_actor(payer_id, "Rose Kim")
    )
