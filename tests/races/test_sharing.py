"""Relatives who act at the same moment: within what each may, never together above what is owed or was allowed."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.invoices import void
from counterfoil.flows.payments import submit
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.schedules import readdress_invoice
from counterfoil.flows.sharing import act, end, end_access
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import balances
from tests.factories import relatives
from tests.factories.world import World
from tests.races.conftest import Race
from tests.races.test_payments import PLACES, assert_sound, count


def won(results: list[Any]) -> list[str]:
    assert all(isinstance(each, str | errors.Refused | errors.NotFound) for each in results), results
    return [each for each in results if isinstance(each, str)]


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_helper_with_two_phones_stays_within_the_total(world: World, race: Race, meet_at: str) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method, limit=50_000, total=80_000)
    wanted = PayOrder(world.payer_id, world.account_id, method, Mode.INVOICES, ((invoice.public_id, 50_000),))
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    seen = act.review(stand_in=stand_in, now=world.now, order=wanted).quote.digest

    def pay(key: str) -> str:
        return act.pay(stand_in=stand_in, now=world.now, order=wanted, key=key, seen=seen)

    results = race(lambda: pay("one phone"), lambda: pay("the other"), meet_at=meet_at)
    assert len(won(results)) == 1
    assert world.sandbox.movements() == [("capture", 50_000)]
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_helpers_double_click_is_one_payment(world: World, race: Race, meet_at: str) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method)
    wanted = PayOrder(world.payer_id, world.account_id, method, Mode.INVOICES, ((invoice.public_id, 20_000),))
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    seen = act.review(stand_in=stand_in, now=world.now, order=wanted).quote.digest

    def click() -> str:
        return act.pay(stand_in=stand_in, now=world.now, order=wanted, key="once", seen=seen)

    first, second = race(click, click, meet_at=meet_at)
    assert first == second
    assert world.sandbox.movements() == [("capture", 20_000)]
    assert count(world, "notices_notice", "key = 'helper_acted'") == 1
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_access_ends_while_the_helper_pays(world: World, race: Race, meet_at: str) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method)
    wanted = PayOrder(world.payer_id, world.account_id, method, Mode.INVOICES, ((invoice.public_id, 20_000),))
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    seen = act.review(stand_in=stand_in, now=world.now, order=wanted).quote.digest

    def pay(key: str) -> str:
        return act.pay(stand_in=stand_in, now=world.now, order=wanted, key=key, seen=seen)

    paid, ended = race(
        lambda: pay("first"),
        lambda: end_access.run(actor=world.payer, now=world.now, ref=ref),
        meet_at=meet_at,
    )
    assert ended is None, ended
    assert len(world.sandbox.movements()) == len(won([paid]))
    with pytest.raises((errors.Refused, errors.NotFound)):
        pay("afterwards")
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_both_pay_their_own_part_at_once(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    card = world.card("5555555555554444", actor=sister)
    mine = world.review(world.order(world.card()))
    theirs = world.review(PayOrder(hers, world.account_id, card, Mode.OUTSTANDING), actor=sister)
    results = race(
        lambda: submit.run(actor=world.payer, now=world.now, submission=mine),
        lambda: submit.run(actor=sister, now=world.now, submission=theirs),
        meet_at=meet_at,
    )
    assert len(won(results)) == 2
    assert sorted(world.sandbox.movements()) == [("capture", invoice.total_minor // 2)] * 2
    assert world.outstanding == 0
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_share_ends_while_its_part_is_paid(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    ref, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    card = world.card("5555555555554444", actor=sister)
    theirs = world.review(PayOrder(hers, world.account_id, card, Mode.OUTSTANDING), actor=sister)
    paid, ended = race(
        lambda: submit.run(actor=sister, now=world.now, submission=theirs),
        lambda: end.run(actor=world.payer, now=world.now, ref=ref),
        meet_at=meet_at,
    )
    assert ended is None, ended
    half = invoice.total_minor // 2
    taken = half * len(won([paid]))
    assert sum(minor for _, minor in world.sandbox.movements()) == taken
    assert world.outstanding == invoice.total_minor - taken
    assert sum(row.outstanding_minor for row in balances.list_for(actor=sister, payer_ids=[hers])) == 0
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_shared_invoice_is_handed_over_while_its_sharer_pays(
    world: World, race: Race, meet_at: str
) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    theirs = world.review(
        PayOrder(hers, world.account_id, world.card("5555555555554444", actor=sister), Mode.OUTSTANDING),
        actor=sister,
    )
    [to] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[hers])
    paid, handed = race(
        lambda: submit.run(actor=sister, now=world.now, submission=theirs),
        lambda: readdress_invoice.run(
            actor=world.staff, now=world.now, ref=invoice.public_id, payer_ref=to.public_id
        ),
        meet_at=meet_at,
    )
    assert isinstance(handed, errors.Stale | None), handed
    taken = sum(minor for _, minor in world.sandbox.movements())
    assert taken == invoice.total_minor // 2 * len(won([paid]))
    assert world.fresh(invoice).open_minor == invoice.total_minor - taken
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_shared_invoice_is_voided_while_its_sharer_pays(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    theirs = world.review(
        PayOrder(hers, world.account_id, world.card("5555555555554444", actor=sister), Mode.OUTSTANDING),
        actor=sister,
    )
    paid, gone = race(
        lambda: submit.run(actor=sister, now=world.now, submission=theirs),
        lambda: void.run(actor=world.staff, now=world.now, ref=invoice.public_id),
        meet_at=meet_at,
    )
    assert isinstance(gone, errors.Stale | None), gone
    # What was paid before is the sister's credit, not the addressee's.
    pair = {(world.account_id, hers)}
    credit = ledger_queries.credits_of(actor=OPERATOR, pairs=pair).get((world.account_id, hers), 0)
    taken = sum(minor for _, minor in world.sandbox.movements())
    assert taken == invoice.total_minor // 2 * len(won([paid]))
    assert credit == (taken if gone is None else 0)
    assert_sound(world)
