"""The Payments tab: filtered by the public words, what is set for later on top, and a timeline that begins there."""

from __future__ import annotations

import html

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.flows.schedules import cancel
from counterfoil.payments import queries as payment_queries, states
from counterfoil.portal.views import payments
from tests.factories import later
from tests.factories.world import World
from tests.portal.conftest import Joins
from tests.portal.test_schedules import schedule

pytestmark = pytest.mark.django_db
LIST = "/billing/payments/"


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def test_every_public_word_is_let_through_by_one_filter_and_by_all() -> None:
    words = [word for _label, found in payments.SHOW.values() if found for word in found]

    assert len(words) == len(set(words))
    assert set(states.PUBLIC.values()) <= set(words)
    assert payments.inner_statuses("all") is None
    assert payments.inner_statuses("scheduled") == []


def test_the_filter_is_in_the_address(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    paid = world.pay(world.card(), [(invoice.public_id, 1_000)])
    declined = world.pay(world.card("4000000000009995"), [(invoice.public_id, 2_000)])
    pending = world.pay(world.bank(), [(invoice.public_id, 3_000)])
    numbers = {paid.number, declined.number, pending.number}
    for show, seen in (
        ("all", numbers),
        ("paid", {paid.number}),
        ("pending", {pending.number}),
        ("unpaid", {declined.number}),
        ("scheduled", set()),
        ("nonsense", numbers),
    ):
        page = text(ruth, f"{LIST}?show={show}")
        assert {number for number in numbers if number in page} == seen, show
    assert "Nothing is set for later" in text(ruth, f"{LIST}?show=scheduled")


def test_an_empty_filter_leads_back_to_all(world: World, ruth: Client) -> None:
    assert "No payments yet" in text(ruth, LIST)
    assert "No such payments" in text(ruth, f"{LIST}?show=paid")


def test_what_is_set_for_later_stands_on_top_and_can_be_canceled(
    world: World, ruth: Client, join: Joins
) -> None:
    world.set_portal(schedule_payment=True)
    world.invoice()
    here = schedule(world, ruth, world.card())
    for show in ("all", "scheduled"):
        page = text(ruth, f"{LIST}?show={show}")
        assert "Set for later" in page
        assert "Scheduled" in page
        assert f"{here}cancel/" in page
    assert "Set for later" not in text(ruth, f"{LIST}?show=paid")
    reader = join(email="eve@example.test", profile="see-only")
    page = text(reader, LIST)
    assert "Set for later" in page
    assert f"{here}cancel/" not in page


def test_the_timeline_of_a_scheduled_payment_begins_when_it_was_set(world: World, ruth: Client) -> None:
    world.set_portal(schedule_payment=True)
    world.invoice()
    schedule(world, ruth, world.card())
    [row] = later.waiting(world)
    payment = later.run_on_its_day(world, row)
    page = text(ruth, f"{LIST}{payment.public_id}/")

    assert "Scheduled for" in page
    assert page.index("Scheduled for") < page.index("Submitted", page.index("What happens with it"))


def test_one_that_failed_says_when_it_is_tried_again_until_that_is_canceled(
    world: World, ruth: Client
) -> None:
    later.start(world, world.card("4000000000009995"))
    world.invoice(due_in=20)
    later.plan(world)
    payment = later.run_on_its_day(world, later.waiting(world)[0])
    [retry] = later.waiting(world)
    address = f"{LIST}{payment.public_id}/"
    page = text(ruth, address)

    assert f'We will try the same amount again on <a href="/billing/schedules/{retry.public_id}/">' in page
    assert "We try it again" in page
    assert "By Counterfoil" not in page
    assert "The last payment did not go through. We try it again: $3,200.00 on" in text(
        ruth, "/billing/schedules/"
    )
    cancel.run(actor=world.payer, now=world.now, ref=retry.public_id)
    assert "try the same amount again" not in text(ruth, address)


def test_pages_keep_the_filter(world: World, ruth: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice, card = world.invoice(), world.card()
    for _ in range(3):
        world.pay(card, [(invoice.public_id, 1_000)])
    rows = payment_queries.list_page(actor=world.payer, limit=2)
    assert rows.next is not None
    page = text(ruth, f"{LIST}?show=paid&after={str(rows.next).replace('+', '%2B')}")

    assert rows.rows[0].number not in page
    assert 'href="/billing/payments/?show=paid"' in page
    assert text(ruth, f"{LIST}?after=nonsense").count("/receipt.pdf") == 3


def test_many_payments_take_as_many_queries_as_few(world: World, ruth: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            ruth.get(LIST)
        return sum("core_clock" not in query["sql"] for query in caught.captured_queries)

    invoice, card = world.invoice(), world.card()
    world.pay(card, [(invoice.public_id, 1_000)])
    ruth.get(LIST)
    few = count()
    for _ in range(6):
        world.pay(card, [(invoice.public_id, 1_000)])
    assert count() == few
