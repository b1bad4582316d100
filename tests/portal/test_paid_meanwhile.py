"""Make a Payment in two windows: the second one is told what was paid, and by submitting again it decides."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories.world import World
from tests.portal.conftest import Joins
from tests.portal.test_pay import pay_url, payments

pytestmark = pytest.mark.django_db


def open_window(world: World, client: Client, **typed: str) -> tuple[str, str]:
    """Go to step 2 in a window of its own; return its address and the page."""
    address = client.post(pay_url(world), typed).headers["Location"]
    return address, client.get(address).content.decode()


def seen_on(page: str) -> dict[str, str]:
    return {"seen": re.findall(r'name="seen" value="(\w+)"', page)[0]}


def part(world: World, method: str, amount: str) -> dict[str, str]:
    """Return what is typed to pay part of a new invoice."""
    ref = world.invoice().public_id
    return {"mode": "invoices", "method": method, f"pick_{ref}": "on", f"amount_{ref}": amount}


def test_a_part_paid_in_another_window_is_told_and_paid_again_only_on_purpose(
    world: World, ruth: Client
) -> None:
    typed = part(world, world.card(), "50.00")
    one, page = open_window(world, ruth, **typed)
    other, looked = open_window(world, ruth, **typed)
    assert "minute ago" not in looked
    ruth.post(one, seen_on(page))

    told = ruth.post(other, seen_on(looked))
    again = told.content.decode()
    assert told.status_code == 200
    assert "Nothing was paid" in again
    assert "Something changed since you checked this payment" in again
    assert "$50.00 was paid with this method 1 minute ago." in again
    assert "$3,150.00 is left to pay now." in again
    assert payments(world) == ["Paid"]
    assert ruth.post(other, seen_on(again)).status_code == 302
    assert payments(world) == ["Paid", "Paid"]


def test_a_relative_is_told_what_somebody_else_paid(world: World, ruth: Client, join: Joins) -> None:
    typed = part(world, world.card(), "50.00")
    sam = join(world.payer_id, email="sam@example.test")
    mine, looked = open_window(world, ruth, **typed)
    theirs, page = open_window(world, sam, **typed | {"method": world.card("5555555555554444")})
    sam.post(theirs, seen_on(page))

    again = ruth.post(mine, seen_on(looked)).content.decode()
    assert "$50.00 was paid here 1 minute ago." in again
    assert payments(world) == ["Paid"]


def test_a_fresh_window_asks_about_the_same_amount_again(world: World, ruth: Client) -> None:
    card = world.card()
    typed = part(world, card, "50.00")
    one, page = open_window(world, ruth, **typed)
    ruth.post(one, seen_on(page))

    fresh, page = open_window(world, ruth, **typed)
    assert "$50.00 was paid with this method 1 minute ago." in page
    assert "Submit Payment pays once more." in page
    # No click more than without the question.
    assert ruth.post(fresh, seen_on(page)).status_code == 302
    assert payments(world) == ["Paid", "Paid"]


def test_paying_ahead_in_two_windows_is_told(world: World, ruth: Client) -> None:
    typed = {"mode": "ahead", "method": world.card(), "ahead": "50.00"}
    one, page = open_window(world, ruth, **typed)
    other, looked = open_window(world, ruth, **typed)
    ruth.post(one, seen_on(page))
    again = ruth.post(other, seen_on(looked)).content.decode()
    assert "$50.00 was paid with this method 1 minute ago." in again
    assert "is left to pay now" not in again
    assert payments(world) == ["Paid"]
    ruth.post(other, seen_on(again))
    assert payments(world) == ["Paid", "Paid"]
