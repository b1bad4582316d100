"""Add PayPal and paying with it, through the addresses: there and back, twice, never, and somebody else's way back."""

from __future__ import annotations

import re

import httpx
import pytest
from django.db import connection
from django.test import Client

from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories.world import World
from tests.portal.conftest import Joins
from tests.portal.test_pay import pay_url, verify

pytestmark = pytest.mark.django_db
ADD = "/billing/methods/add/paypal/"


def methods(world: World) -> list[MethodRow]:
    return method_queries.list_for(actor=OPERATOR, payer_ids=[world.payer_id])


def payments(world: World) -> list[PaymentRow]:
    return list(payment_queries.list_page(actor=WORKER, account_id=world.account_id).rows)


def path_of(url: str) -> str:
    return httpx.URL(url).raw_path.decode()


def form(client: Client, address: str = ADD) -> dict[str, str]:
    """Open the window and fill it in."""
    page = client.get(address)
    found = re.search(rb'name="key" value="([^"]+)"', page.content)
    assert found, page.content
    return {"nickname": "Harold", "is_default": "on", "key": found[1].decode()}


def leave(world: World, client: Client, given: dict[str, str], address: str = ADD) -> str:
    """Go to the wallet; the address of its page."""
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content
    assert answer.headers["Location"].startswith(f"{world.sandbox.app.sandbox.base_url}/wallet/agreements/")
    return answer.headers["Location"]


def test_there_and_back_adds_one_method(world: World, ruth: Client) -> None:
    given = form(ruth)
    page = leave(world, ruth, given)
    assert leave(world, ruth, given) == page  # a double click
    back = world.sandbox.visit(page, "approve").headers["location"]
    for _ in range(2):  # a double return; Back and forward
        assert ruth.get(path_of(back)).headers["Location"] == "/billing/methods/"
    assert path_of(ruth.post(ADD, given).headers["Location"]) == path_of(back)
    [method] = methods(world)
    assert (method.kind, method.nickname, method.is_default) == ("wallet", "Harold", True)
    shown = ruth.get("/billing/methods/").content
    assert b"PayPal is connected." in shown
    assert b"Harold" in shown


def test_the_page_may_send_to_the_wallet_and_nowhere_else(world: World, ruth: Client) -> None:
    policy = ruth.get(ADD).headers["Content-Security-Policy"]
    assert f"form-action 'self' {world.sandbox.base_url}" in policy


@pytest.mark.parametrize(
    ("decision", "words"), [("refuse", b"Nothing was added."), ("", b"You have not decided at PayPal yet.")]
)
def test_saying_no_or_nothing_keeps_what_was_typed(
    world: World, ruth: Client, decision: str, words: bytes
) -> None:
    given = form(ruth)
    page = leave(world, ruth, given)
    asked = world.sandbox.visit(page, decision or "refuse").headers["location"] if decision else ""
    if not asked:
        # The payer turns round without deciding: the address of the way back stands at the wallet.
        with world.sandbox.app.sandbox.store.session() as db:
            row = db.execute(
                "SELECT return_url FROM agreement WHERE id = %s", [page.rpartition("/")[2]]
            ).fetchone()
        asked = str(row["return_url"]) if row else ""
    answer = ruth.get(path_of(asked))
    assert words in answer.content
    assert b'value="Harold"' in answer.content
    assert methods(world) == []
    assert leave(world, ruth, form(ruth)) != page  # tried again, from the beginning


def test_somebody_elses_way_back_adds_nothing(world: World, ruth: Client, join: Joins) -> None:
    _account, payer_id = world.add_resident("Rose Kim")
    stranger = join(payer_id, email="tom@example.test")
    page = leave(world, stranger, form(stranger))
    back = world.sandbox.visit(page, "approve").headers["location"]
    answer = ruth.get(path_of(back))
    assert answer.status_code in {302, 404}
    assert methods(world) == []
    assert ruth.get(f"{ADD}back/?kept=made-up").headers["Location"] == ADD
    assert ruth.post(ADD, {"nickname": "Harold", "key": "made-up"}).status_code == 200


def test_a_nickname_is_asked_for(world: World, ruth: Client) -> None:
    answer = ruth.post(ADD, {**form(ruth), "nickname": ""})
    assert b"Enter a nickname." in answer.content


def test_from_the_payment_and_back_to_it(world: World, ruth: Client) -> None:
    world.invoice()
    answer = ruth.post(pay_url(world), {"mode": "outstanding", "add": "wallet"})
    address = answer.headers["Location"]
    assert address.startswith(ADD)
    page = leave(world, ruth, form(ruth, address), address)
    back = world.sandbox.visit(page, "approve").headers["location"]
    there = ruth.get(path_of(back)).headers["Location"]
    [method] = methods(world)
    assert there.startswith(pay_url(world))
    assert f"method={method.public_id}" in there
    assert b"checked" in ruth.get(there).content


@pytest.mark.parametrize(
    ("decision", "status", "words"),
    [("approve", "Paid", b"Your payment was successful"), ("refuse", "Canceled", b"Try again")],
)
def test_paying_this_time_only(world: World, ruth: Client, decision: str, status: str, words: bytes) -> None:
    world.invoice()
    assert b"PayPal, this time only" in ruth.get(pay_url(world)).content
    address, seen = verify(world, ruth, method="paypal-once")
    sent = ruth.post(address, {"seen": seen}).headers["Location"]
    assert ruth.post(address, {"seen": seen}).headers["Location"] == sent
    page = ruth.get(sent).content
    assert b"Approve this payment at PayPal" in page
    assert b"Continue to PayPal" in page
    [payment] = payments(world)
    back = world.sandbox.visit(payment.action_url, decision).headers["location"]
    for _ in range(2):
        assert ruth.get(path_of(back)).headers["Location"] == sent
    assert words in ruth.get(sent).content
    assert [row.public_status for row in payments(world)] == [status]
    assert methods(world) == []
    # Back to step 2 after paying leads to the payment, not to a second one.
    assert payment.public_id in ruth.get(address).headers["Location"]


def test_changes_keep_paypal_chosen(world: World, ruth: Client) -> None:
    world.invoice()
    address, _seen = verify(world, ruth, method="paypal-once")
    there = ruth.post(address, {"step": "change"}).headers["Location"]
    found = re.search(rb'<input[^>]*value="paypal-once"[^>]*>', ruth.get(there).content)
    assert found
    assert b"checked" in found[0]


def test_it_is_not_offered_where_it_is_not_connected(world: World, ruth: Client) -> None:
    world.invoice()
    assert b"Add PayPal" in ruth.get("/billing/methods/").content
    disconnect(world)
    assert b"Add PayPal" not in ruth.get("/billing/methods/").content
    assert b"PayPal" not in ruth.get(pay_url(world)).content
    assert ruth.get(ADD).status_code == 404
    assert ruth.post(pay_url(world), {"mode": "outstanding", "method": "paypal-once"}).status_code == 200


def disconnect(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billers_gatewayconnection SET kinds = ARRAY['bank', 'card'] WHERE biller_id = %s",
            [world.biller_id],
        )
