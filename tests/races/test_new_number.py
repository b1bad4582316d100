"""A number is replaced while something else happens to what uses it: every debit has a permission that names it."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.methods import replace
from counterfoil.methods import queries as method_queries
from tests.factories import later
from tests.factories.world import World
from tests.races.conftest import Race

MASTERCARD, AMEX = "5555555555554444", "378282246310005"
ON = date(2026, 12, 1)
PLACES = ("", "token.after", "commit.before", "commit.after")


def last4(ref: str) -> str:
    return method_queries.get(actor=OPERATOR, public_id=ref).last4


def text_of(authorization_id: int) -> str:
    return agreement_queries.get(actor=OPERATOR, authorization_id=authorization_id).text


def put(world: World, ref: str, token: str, mark: str) -> None:
    replace.run(actor=world.payer, now=world.now, ref=ref, token=token, seen=mark)


def mark_of(world: World, ref: str, token: str) -> str:
    return replace.review(actor=world.payer, now=world.now, ref=ref, token=token).digest


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


@pytest.mark.parametrize("meet_at", [*PLACES, "call.before"])
def test_against_the_worker_that_takes_the_payment(world: World, race: Race, meet_at: str) -> None:
    later.open_for_later(world)
    ref, invoice = world.card(), world.invoice(due_in=40)
    row = later.schedule(world, ref, ON)
    later.to_morning(world, ON)
    token = world.sandbox.card(MASTERCARD)
    mark = mark_of(world, ref, token)
    _, replaced = race(lambda: later.run(world), lambda: put(world, ref, token, mark), meet_at=meet_at)
    assert replaced is None or isinstance(replaced, errors.Refused), replaced
    world.sandbox.wait(minutes=15)
    later.run(world)

    after = later.scheduled(row.public_id)
    payment = world.payment(after.payment_ref)
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert f"****{payment.method_last4}" in text_of(after.authorization_id)
    assert last4(ref) == ("4242" if replaced else "4444")
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_against_the_planner(world: World, race: Race, meet_at: str) -> None:
    ref = world.card()
    autopay = later.start(world, ref)
    world.invoice(due_in=20)
    token = world.sandbox.card(MASTERCARD)
    mark = mark_of(world, ref, token)
    _, replaced = race(lambda: later.plan(world), lambda: put(world, ref, token, mark), meet_at=meet_at)
    assert replaced is None
    later.plan(world)
    [planned] = later.waiting(world)
    given = later.enrollment(autopay.public_id).authorization_id
    assert planned.authorization_id == given
    assert "****4444" in text_of(given)


@pytest.mark.parametrize("meet_at", PLACES)
def test_two_tabs_with_two_numbers(world: World, race: Race, meet_at: str) -> None:
    ref = world.card()
    autopay = later.start(world, ref)
    tokens = (world.sandbox.card(MASTERCARD), world.sandbox.card(AMEX))
    marks = [mark_of(world, ref, token) for token in tokens]
    ended = race(
        lambda: put(world, ref, tokens[0], marks[0]),
        lambda: put(world, ref, tokens[1], marks[1]),
        meet_at=meet_at,
    )
    assert ended == [None, None]
    assert f"****{last4(ref)}" in text_of(later.enrollment(autopay.public_id).authorization_id)
    assert last4(ref) in {"4444", "0005"}
