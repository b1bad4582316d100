"""Edit, Disable, Enable and Delete, alone and where something uses the method."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.methods import change, put_away
from counterfoil.flows.methods.change import Edited
from counterfoil.flows.methods.put_away import Instead
from counterfoil.flows.schedules import replace_method
from counterfoil.methods import queries as method_queries
from counterfoil.methods.drafts import NewAddress
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import operations as payer_operations
from counterfoil.schedules import queries as schedule_queries
from tests.factories import later
from tests.factories.world import World

CABIN = NewAddress("9 Lake Road", "", "Galena", "IL", "61036")


def row(world: World, ref: str) -> MethodRow:
    return method_queries.get(actor=OPERATOR, public_id=ref)


def edit(world: World, ref: str, **values: object) -> None:
    edited = replace(Edited(nickname="Eleanor Whitfield", is_default=True), **values)  # type: ignore[arg-type]
    change.edit(actor=world.payer, now=world.now, ref=ref, edited=edited)


def second_account(world: World) -> int:
    """Give the world's payer a second account to pay for."""
    account_id, _ = world.add_resident("Walter Whitfield")
    new = payer_operations.NewLink(
        account_id=account_id, payer_id=world.payer_id, relation="spouse", is_default=False
    )
    with db.transaction():
        payer_operations.link_many(biller_id=world.biller_id, new=[new])
    return account_id


def pay_for(world: World, account_id: int, ref: str) -> None:
    world.invoice(account_id=account_id)
    world.account_id = account_id
    world.pay(ref)


def test_the_nickname_the_default_and_the_address_are_changed(world: World) -> None:
    first, second = world.card(), world.bank()
    edit(world, first, nickname=" Mom's card ", new_address=CABIN)

    assert (row(world, first).nickname, row(world, first).is_default) == ("Mom's card", True)
    assert not row(world, second).is_default
    [newest, *_] = method_queries.list_addresses(actor=world.payer, payer_id=world.payer_id)
    assert (row(world, first).address_id, newest.line1) == (newest.id, "9 Lake Road")
    edit(world, second, is_default=False, address_id=newest.id)
    assert row(world, second).address_id == newest.id
    assert row(world, first).is_default


def test_nicknames_and_addresses_hold_no_numbers_and_no_strangers(world: World) -> None:
    ref = world.card()
    for values in ({"nickname": "4242 4242 4242 4242"}, {"nickname": "  "}, {"address_id": 987_654}):
        with pytest.raises(errors.Invalid):
            edit(world, ref, **values)
    with pytest.raises(errors.Invalid) as refusal:
        edit(world, ref, account_ids=(world.add_resident("Howard Marsh")[0],))
    assert refusal.value.field == "accounts"
    assert row(world, ref).nickname == "Eleanor Whitfield"


def test_a_method_tied_to_one_account_is_never_used_for_another(world: World) -> None:
    ref, other = world.card(), second_account(world)
    edit(world, ref, account_ids=(world.account_id,))

    assert row(world, ref).account_ids == (world.account_id,)
    offered = method_queries.list_for(actor=world.payer, payer_ids=[world.payer_id], account_id=other)
    assert offered == []
    with pytest.raises(errors.Invalid, match="not for this account"):
        pay_for(world, other, ref)
    edit(world, ref)
    pay_for(world, other, ref)
    assert row(world, ref).account_ids == ()


def test_accounts_are_not_taken_from_under_what_uses_the_method(world: World) -> None:
    ref, other = world.card(), second_account(world)
    later.open_for_later(world)
    world.invoice()
    later.schedule(world, ref, later.days_later(world, 9))
    with pytest.raises(errors.Invalid, match="Eleanor Whitfield") as refusal:
        edit(world, ref, account_ids=(other,))
    assert (refusal.value.field, refusal.value.code) == ("accounts", "in_use")
    edit(world, ref, account_ids=(world.account_id,))


def test_an_expired_card_says_what_to_do(world: World) -> None:
    ref = world.card()
    world.invoice()
    world.sandbox.time.now = world.now.replace(year=2041)
    with pytest.raises(errors.Invalid, match="This card has expired") as refusal:
        world.pay(ref)
    assert refusal.value.code == "card_expired"


def test_a_method_that_is_used_asks_for_another_before_it_is_deleted(world: World) -> None:
    ref, other = world.card(), world.bank()
    later.open_for_later(world)
    world.invoice()
    scheduled = later.schedule(world, ref, later.days_later(world, 9))
    with pytest.raises(errors.Refused) as refusal:
        change.delete(actor=world.payer, now=world.now, ref=ref)
    assert refusal.value.code == "in_use"
    with pytest.raises(errors.Invalid) as asked:
        put_away.run(actor=world.payer, now=world.now, ref=ref, move="delete", instead=None)
    assert asked.value.field == "instead"
    assert row(world, ref).status == "active"

    with pytest.raises(errors.Stale):
        put_away.run(actor=world.payer, now=world.now, ref=ref, move="delete", instead=Instead(other, ""))
    assert row(world, ref).status == "active"
    seen = replace_method.review(actor=world.payer, now=world.now, old_ref=ref, new_ref=other).digest
    put_away.run(actor=world.payer, now=world.now, ref=ref, move="delete", instead=Instead(other, seen))
    assert row(world, ref).status == "deleted"
    assert later.scheduled(scheduled.public_id).method_ref == other


def test_what_uses_a_disabled_method_stops_and_enabling_charges_nothing_missed(world: World) -> None:
    ref = world.card()
    later.open_for_later(world)
    world.invoice()
    scheduled = later.schedule(world, ref, later.days_later(world, 9))
    put_away.run(actor=world.payer, now=world.now, ref=ref, move="disable", instead=None)

    assert later.scheduled(scheduled.public_id).public_status == "Canceled"
    world.sandbox.wait(days=20)
    change.enable(actor=world.payer, now=world.now, ref=ref)
    assert later.run(world) == 0
    assert world.sandbox.movements() == []


def test_a_stranger_changes_nothing(world: World) -> None:
    ref = world.card()
    _, payer_id = world.add_resident("Howard Marsh")
    stranger = world.payer_actor(payer_id)
    for act in (change.disable, change.enable, change.delete):
        with pytest.raises(errors.NotFound):
            act(actor=stranger, now=world.now, ref=ref)
    with pytest.raises(errors.NotFound):
        put_away.run(actor=stranger, now=world.now, ref=ref, move="delete", instead=None)
    assert row(world, ref).status == "active"
    assert schedule_queries.list_uses(actor=world.payer, method_refs=[ref]) == {}


def test_autopay_and_what_takes_a_methods_place_keep_to_its_accounts(world: World) -> None:
    tied, free, other = world.card(), world.bank(), second_account(world)
    edit(world, tied, is_default=False, account_ids=(other,))
    for account_id in (world.account_id, None):
        with pytest.raises(errors.Invalid, match="not for this account"):
            later.start(world, tied, account_id=account_id)
    later.start(world, free)
    with pytest.raises(errors.Invalid, match="not for all of these accounts"):
        put_away.run(actor=world.payer, now=world.now, ref=free, move="delete", instead=Instead(tied, ""))
    assert row(world, free).status == "active"
