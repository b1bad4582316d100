"""Limits against trying out stolen cards (compliance CT-03, CT-08, CT-11)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.methods import replace as replace_number
from counterfoil.invoices.drafts import NewLine
from counterfoil.methods import queries as method_queries
from tests.factories.world import World

CARDS = ("4242424242424242", "5555555555554444", "4000056655665556", "378282246310005")
DECLINES = "4000000000000002"
SMALL = NewLine("Salon", 2_000)


def saved(world: World) -> int:
    return len(method_queries.list_for(actor=OPERATOR, payer_ids=[world.payer_id]))


def test_three_cards_a_day_and_no_more(world: World) -> None:
    for number in CARDS[:3]:
        world.card(number)
    with pytest.raises(
        errors.Invalid, match=r"Only 3 cards .* call Maple Court at \(555\) 555-0142"
    ) as refusal:
        world.card(CARDS[3])
    assert (refusal.value.code, saved(world)) == ("too_many_cards", 3)
    world.bank()
    assert saved(world) == 4
    world.sandbox.wait(days=1, minutes=1)
    world.card(CARDS[3])


def test_a_new_number_counts_too(world: World) -> None:
    ref = world.card(CARDS[0])
    for number in CARDS[1:3]:
        replace_number.run(actor=world.payer, now=world.now, ref=ref, token=world.sandbox.card(number))
    with pytest.raises(errors.Invalid, match="Only 3 cards"):
        replace_number.run(actor=world.payer, now=world.now, ref=ref, token=world.sandbox.card(CARDS[3]))


def test_a_double_click_on_the_third_card_is_no_fourth(world: World) -> None:
    for number in CARDS[:2]:
        world.card(number)
    token = world.sandbox.card(CARDS[2])
    assert world.save("card", token) == world.save("card", token)


def decline(world: World, ref: str, actor: Actor) -> str:
    return world.pay(ref, [(world.invoice(SMALL).public_id, 1_000)], actor=actor).public_status


def sessions(world: World, session_ref: str) -> Actor:
    return replace(world.payer, session_ref=session_ref)


def test_three_declines_in_one_session_and_five_a_day(world: World) -> None:
    ref = world.card(DECLINES)
    world.payer = sessions(world, "ses_1")
    for _ in range(3):
        assert decline(world, ref, world.payer) == "Declined"
    with pytest.raises(errors.Invalid, match="declined") as refusal:
        decline(world, ref, world.payer)
    assert (refusal.value.field, refusal.value.code) == ("method", "too_many_declines")

    other = sessions(world, "ses_2")
    for _ in range(2):
        assert decline(world, ref, other) == "Declined"
    for session in ("ses_2", "ses_3"):
        with pytest.raises(errors.Invalid, match="Several card payments"):
            decline(world, ref, sessions(world, session))
    # A bank account stays open, and the next day the card does.
    assert decline(world, world.bank(), other) == "Pending"
    world.sandbox.wait(days=1, minutes=1)
    assert decline(world, ref, sessions(world, "ses_4")) == "Declined"


def test_ten_declines_from_one_address_in_an_hour(world: World) -> None:
    for at in range(2):
        account_id, payer_id = world.add_resident(f"Resident {at}")
        actor = replace(world.payer_actor(payer_id), ip="203.0.113.9")
        ref = world.card(DECLINES, actor=actor)
        world.account_id = account_id
        for _ in range(5):
            invoice = world.invoice(SMALL, account_id=account_id, payer_id=payer_id)
            assert world.pay(ref, [(invoice.public_id, 1_000)], actor=actor).public_status == "Declined"
    account_id, payer_id = world.add_resident("The next one")
    world.account_id = account_id
    invoice = world.invoice(SMALL, account_id=account_id, payer_id=payer_id)
    actor = replace(world.payer_actor(payer_id), ip="203.0.113.9")
    ref = world.card(actor=actor)
    with pytest.raises(errors.Invalid, match="Several card payments"):
        world.pay(ref, [(invoice.public_id, 1_000)], actor=actor)
    elsewhere = replace(actor, ip="203.0.113.10")
    assert world.pay(ref, [(invoice.public_id, 1_000)], actor=elsewhere).public_status == "Paid"


def test_cards_rest_at_a_biller_where_most_of_them_are_declined(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rule (rule_key, value, valid_from, source) VALUES ('card_breaker', %s, '2026-01-01', '')",
            ['{"attempts": 4, "minutes": 10, "percent": 70}'],
        )
    ref = world.card(DECLINES)
    for _ in range(4):
        assert decline(world, ref, world.payer) == "Declined"
    account_id, payer_id = world.add_resident("Howard Marsh")
    world.account_id = account_id
    invoice = world.invoice(SMALL, account_id=account_id, payer_id=payer_id)
    howard = world.payer_actor(payer_id)
    card, bank = world.card(actor=howard), world.bank(actor=howard)
    with pytest.raises(errors.Invalid, match="Card payments are stopped for a short time"):
        world.pay(card, [(invoice.public_id, 1_000)], actor=howard)
    assert world.pay(bank, [(invoice.public_id, 500)], actor=howard).public_status == "Pending"
    world.sandbox.wait(minutes=11)
    assert world.pay(card, [(invoice.public_id, 500)], actor=howard).public_status == "Paid"
