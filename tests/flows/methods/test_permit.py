"""*May {biller} collect what I owe from this method?*: asked, stored as it was shown, given and withdrawn."""

from __future__ import annotations

import hashlib
from dataclasses import replace as changed

import pytest

from counterfoil.agreements import queries as agreement_queries
from counterfoil.agreements.queries import AuthorizationRow
from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.methods import add, change, permit, replace
from counterfoil.methods import queries as method_queries
from counterfoil.payers import queries as payer_queries
from tests.factories import later
from tests.factories.world import World
from tests.flows.methods.test_add import form


@pytest.fixture(autouse=True)
def _collects(world: World) -> None:
    world.set_portal(collects=True)


def standing(world: World, ref: str) -> AuthorizationRow | None:
    return agreement_queries.list_standing(actor=world.payer, method_refs=[ref]).get(ref)


def seen(world: World, kind: str = "card", ref: str = "") -> str:
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    text = permit.text_for(
        now=world.now,
        biller=biller_queries.get(biller_id=world.biller_id),
        payer=payer,
        kind=kind,
        method=method_queries.get(actor=OPERATOR, public_id=ref) if ref else None,
        locale="en",
    )
    return permit.digest(text)


def save(world: World, *, yes: bool | None, mark: str = "", kind: str = "card") -> str:
    token = world.sandbox.card() if kind == "card" else world.sandbox.bank()
    wanted = changed(form(world, token, kind), may_collect=yes, seen=mark or seen(world, kind))
    return add.run(actor=world.payer, now=world.now, form=wanted)


def test_the_question_must_be_answered(world: World) -> None:
    with pytest.raises(errors.Invalid, match="Choose Yes or No") as refusal:
        save(world, yes=None)
    assert refusal.value.field == "may_collect"
    assert method_queries.list_for(actor=world.payer, payer_ids=[world.payer_id]) == []


@pytest.mark.parametrize("kind", ["card", "bank"])
def test_yes_stores_what_was_shown_and_sends_a_copy(world: World, kind: str) -> None:
    ref = save(world, yes=True, kind=kind)
    given = standing(world, ref)
    assert given is not None
    assert hashlib.sha256(given.text.encode()).hexdigest() == seen(world, kind)
    # Nacha 2.3.2, compliance NA-02: who, whom, from what, how much, when, how to end it, and the day.
    for said in (
        "Eleanor Whitfield",
        "Maple Court",
        "in this window",
        "never more",
        "10 days",
        "(555) 555-0142",
    ):
        assert said in given.text, said
    assert "November 20, 2026" in given.text
    assert "permission_given" in later.told(world)


def test_no_stores_nothing(world: World) -> None:
    assert standing(world, save(world, yes=False)) is None
    assert later.told(world) == []


def test_a_text_that_changed_is_shown_again(world: World) -> None:
    with pytest.raises(errors.Stale):
        save(world, yes=True, mark="another text")
    assert method_queries.list_for(actor=world.payer, payer_ids=[world.payer_id]) == []


def test_where_nobody_collects_nothing_is_asked(world: World) -> None:
    world.set_portal(collects=False)
    assert standing(world, save(world, yes=True)) is None


def test_given_later_names_the_account_and_is_withdrawn_with_a_number(world: World) -> None:
    ref = world.bank()
    for _ in range(2):
        permit.give(actor=world.payer, now=world.now, ref=ref, locale="en", seen=seen(world, "bank", ref))
    given = standing(world, ref)
    assert given is not None
    assert "Sandbox Bank ****6789" in given.text
    for _ in range(2):
        permit.withdraw(actor=world.payer, now=world.now, ref=ref)
    assert standing(world, ref) is None
    assert later.told(world) == ["permission_given", "permission_withdrawn"]


def test_a_new_number_needs_the_text_once_more(world: World) -> None:
    ref = save(world, yes=True)
    first, token = standing(world, ref), world.sandbox.card("5555555555554444")
    with pytest.raises(errors.Stale):
        replace.run(actor=world.payer, now=world.now, ref=ref, token=token)
    assert method_queries.get(actor=OPERATOR, public_id=ref).last4 == "4242"
    shown = replace.review(actor=world.payer, now=world.now, ref=ref, token=token)
    assert shown.standing is not None
    assert "Mastercard ****4444" in shown.standing.body
    replace.run(actor=world.payer, now=world.now, ref=ref, token=token, seen=shown.digest)
    second = standing(world, ref)
    assert first is not None
    assert second is not None
    assert first.public_id != second.public_id


def test_it_ends_with_the_method(world: World) -> None:
    ref = save(world, yes=True)
    change.delete(actor=world.payer, now=world.now, ref=ref)
    assert standing(world, ref) is None
    assert later.told(world)[-2:] == ["permission_withdrawn", "method_deleted"]


def test_a_stranger_gives_and_ends_nothing(world: World) -> None:
    ref = save(world, yes=True)
    _, payer_id = world.add_resident("Howard Marsh")
    stranger = world.payer_actor(payer_id)
    with pytest.raises(errors.NotFound):
        permit.withdraw(actor=stranger, now=world.now, ref=ref)
    with pytest.raises(errors.NotFound):
        permit.give(actor=stranger, now=world.now, ref=ref, locale="en", seen=seen(world, "card", ref))
    assert standing(world, ref) is not None
