"""Options through their addresses: edited whole, permitted, replaced, put away, and nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import db
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.methods import change
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from tests.factories import later
from tests.factories.world import World
from tests.portal.conftest import Joins

pytestmark = pytest.mark.django_db
ADDRESS = {"line1": "12 Elm Street", "city": "Chicago", "state": "IL", "postal_code": "60601"}
MASTERCARD = "5555555555554444"


def row(ref: str) -> MethodRow:
    return method_queries.get(actor=OPERATOR, public_id=ref)


def at(ref: str, page: str) -> str:
    return f"/billing/methods/{ref}/{page}/"


def seen_in(content: bytes) -> str:
    """Return the mark of the authorization that a page shows."""
    found = re.search(rb'name="seen" value="([0-9a-f]{64})"', content)
    assert found is not None
    return found[1].decode()


def second_account(world: World) -> int:
    account_id, _ = world.add_resident("Walter Whitfield")
    new = payer_operations.NewLink(
        account_id=account_id, payer_id=world.payer_id, relation="spouse", is_default=False
    )
    with db.transaction():
        payer_operations.link_many(biller_id=world.biller_id, new=[new])
    return account_id


def test_edit_changes_everything_in_one_form(world: World, ruth: Client) -> None:
    ref, other = world.card(), second_account(world)
    page = ruth.get(at(ref, "edit")).content.decode()
    for said in ("Walter Whitfield", "12 / 2040", "12 Elm Street", "Replace the number"):
        assert said in page, said
    assert "collect what I owe" not in page

    given = {"nickname": "Mom", "expiry": "04/31", "accounts": [str(other)], "address": "new", **ADDRESS}
    assert ruth.post(at(ref, "edit"), given).headers["Location"] == "/billing/methods/"
    method = row(ref)
    assert (method.nickname, method.is_default, method.account_ids) == ("Mom", False, (other,))
    assert (method.exp_month, method.exp_year) == (4, 2031)
    [newest, *_] = method_queries.list_addresses(actor=world.payer, payer_id=world.payer_id)
    assert (method.address_id, newest.city) == (newest.id, "Chicago")
    assert b"Only for Walter Whitfield" in ruth.get("/billing/methods/").content


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"expiry": "13/31"}, b"such as 04 / 2029"),
        ({"expiry": "soon"}, b"such as 04 / 2029"),
        ({"expiry": "01/20"}, b"such as 04 / 2029"),
        ({"expiry": ""}, b"Enter the expiration date."),
        ({"accounts": []}, b"Choose at least one account."),
        ({"address": "new", "line1": "9 Lake Road"}, b"Enter the city."),
        ({"nickname": "4242 4242 4242 4242"}, b"This looks like a card"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    world: World, ruth: Client, wrong: dict[str, object], said: bytes
) -> None:
    ref = world.card()
    second_account(world)
    given = {"nickname": "Mother's own", "expiry": "12/2040", "accounts": [str(world.account_id)]}
    before = row(ref)
    answer = ruth.post(at(ref, "edit"), given | {"address": str(before.address_id)} | wrong)

    assert said in answer.content
    if "nickname" not in wrong:
        assert b'value="Mother&#x27;s own"' in answer.content
    assert row(ref).nickname == before.nickname


def test_a_method_without_an_address_need_not_get_one(world: World, ruth: Client) -> None:
    ref = world.card()
    with db.transaction():
        [method] = method_queries.lock(method_ids=[row(ref).id])
        method.address_id = None
        method.save(update_fields=["address_id"])
    given = {"nickname": "Mom", "expiry": "12/2040", "address": "new"}
    assert ruth.post(at(ref, "edit"), given).status_code == 302
    assert (row(ref).nickname, row(ref).address_id) == ("Mom", None)


def test_the_permission_is_asked_stored_and_ended(world: World, ruth: Client) -> None:
    world.set_portal(collects=True)
    token = world.sandbox.card()
    add = "/billing/methods/add/card/"
    given = {"token": token, "nickname": "Mom", "seen": seen_in(ruth.get(add).content), **ADDRESS}
    answer = ruth.post(add, given)
    assert b"Choose Yes or No." in answer.content
    assert f'name="token" value="{token}"'.encode() in answer.content

    ruth.post(add, given | {"may_collect": "yes"})
    [method] = method_queries.list_for(actor=OPERATOR, payer_ids=[world.payer_id])
    ref = method.public_id
    assert ref in agreement_queries.list_standing(actor=OPERATOR, method_refs=[ref])
    assert b"Maple Court may collect" in ruth.get("/billing/methods/").content
    assert b"What was accepted" in ruth.get(at(ref, "permission")).content

    ruth.post(at(ref, "permission"), {"may_collect": "no"})
    assert agreement_queries.list_standing(actor=OPERATOR, method_refs=[ref]) == {}
    page = ruth.get(at(ref, "permission")).content
    assert b"Visa ****4242" in page
    assert b"checked" not in page
    answer = ruth.post(at(ref, "permission"), {"may_collect": "yes", "seen": "0" * 64})
    assert b"The authorization text changed." in answer.content
    ruth.post(at(ref, "permission"), {"may_collect": "yes", "seen": seen_in(page)})
    assert ref in agreement_queries.list_standing(actor=OPERATOR, method_refs=[ref])


def test_the_number_is_replaced_with_a_token_alone(world: World, ruth: Client) -> None:
    ref = world.card()
    answer = ruth.get(at(ref, "replace"))
    assert world.sandbox.base_url in answer.headers["Content-Security-Policy"]
    # Without JavaScript: over the gateway's page and back.
    assert (
        ruth.post(at(ref, "replace")).headers["Location"].startswith(f"{world.sandbox.base_url}/page/card?")
    )
    foreign = ruth.get(at(ref, "replace"), {"token": world.sandbox.card(MASTERCARD)})
    assert b"Your card details are entered" not in foreign.content

    assert ruth.post(at(ref, "replace"), {"token": world.sandbox.card(MASTERCARD)}).status_code == 302
    assert row(ref).last4 == "4444"
    answer = ruth.post(at(ref, "replace"), {"token": "tok_nothing"})
    assert b"These details have expired." in answer.content


def test_what_is_agreed_to_for_the_new_number_is_read_first(world: World, ruth: Client) -> None:
    ref, token = world.card(), world.sandbox.card(MASTERCARD)
    autopay = later.start(world, ref)
    assert b"Before anything changes you read" in ruth.get(at(ref, "replace")).content

    page = ruth.post(at(ref, "replace"), {"token": token}).content
    assert b"Autopay for Eleanor Whitfield" in page
    assert b"Mastercard ****4444" in page
    assert row(ref).last4 == "4242"
    later.start(world, ref, account_id=None)
    again = ruth.post(at(ref, "replace"), {"token": token, "seen": seen_in(page)}).content
    assert b"Please read what you agree to for the new number." in again
    assert b"Autopay for all your accounts" in again
    assert row(ref).last4 == "4242"

    given = {"token": token, "seen": seen_in(again)}
    for _ in range(2):
        assert ruth.post(at(ref, "replace"), given).status_code == 302
    assert row(ref).last4 == "4444"
    assert later.enrollment(autopay.public_id).authorization_id != autopay.authorization_id


def test_a_used_method_is_named_and_another_takes_its_place(world: World, ruth: Client) -> None:
    ref, bank = world.card(), world.bank()
    later.open_for_later(world)
    world.invoice()
    scheduled = later.schedule(world, ref, world.today + timedelta(days=9))
    page = ruth.get(at(ref, "delete")).content
    assert b"$3,200.00 for Eleanor Whitfield" in page
    assert b"pause autopay" not in page
    assert b"pause autopay" in ruth.get(at(ref, "disable")).content

    assert b"Choose what takes its place." in ruth.post(at(ref, "delete")).content
    review = ruth.post(at(ref, "delete"), {"instead": bank})
    assert b"Sandbox Bank ****6789" in review.content
    assert row(ref).status == "active"
    seen = seen_in(review.content)
    day = world.today + timedelta(days=11)
    later.schedule(world, ref, day, [(world.invoice().public_id, 5_000)])
    anew = ruth.post(at(ref, "delete"), {"instead": bank, "seen": seen})
    assert b"The authorization text changed. Please read it again." in anew.content
    assert b"$50.00" in anew.content
    assert row(ref).status == "active"
    given = {"instead": bank, "seen": seen_in(anew.content)}
    for _ in range(2):
        ruth.post(at(ref, "delete"), given)
    assert row(ref).status == "deleted"
    assert later.scheduled(scheduled.public_id).method_ref == bank


def test_only_what_the_biller_takes_is_offered_in_its_place(world: World, ruth: Client) -> None:
    ref = world.card()
    later.open_for_later(world)
    world.invoice()
    later.schedule(world, ref, world.today + timedelta(days=9))
    both = ruth.get(at(ref, "delete")).content
    assert b"Add New Bank Account" in both
    assert b"Add New Card" in both
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billers_gatewayconnection SET kinds = ARRAY['card'] WHERE biller_id = %s",
            [world.biller_id],
        )
    cards = ruth.get(at(ref, "delete")).content
    assert b"Add New Bank Account" not in cards
    assert b"Add New Card" in cards


def test_too_many_cards_get_clear_words(world: World, ruth: Client) -> None:
    for number in ("4242424242424242", MASTERCARD, "378282246310005"):
        world.card(number)
    given = {"token": world.sandbox.card("6011111111111117"), "nickname": "Mom", **ADDRESS}
    answer = ruth.post("/billing/methods/add/card/", given)
    assert b"Only 3 cards can be added in one day." in answer.content
    assert b"(555) 555-0142" in answer.content


@pytest.mark.parametrize("page", ["replace", "permission"])
def test_somebody_elses_pages_are_not_there(world: World, ruth: Client, join: Joins, page: str) -> None:
    ref = world.card()
    _, payer_id = world.add_resident("Rose Kim")
    stranger = join(payer_id, email="tom@example.test")
    given = {"token": world.sandbox.card(MASTERCARD), "may_collect": "yes"}
    assert stranger.get(at(ref, page)).status_code == 404
    assert stranger.post(at(ref, page), given).status_code == 404
    assert row(ref).last4 == "4242"


def test_use_also_is_there_for_who_has_both_alone(world: World, ruth: Client, join: Joins) -> None:
    ref = world.card()
    [mine] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    _, payer_id = world.add_resident("Rose Kim")
    stranger = join(payer_id, email="tom@example.test")
    [theirs] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[payer_id])
    for client, payer_ref in (
        (ruth, mine.public_id),
        (stranger, mine.public_id),
        (stranger, theirs.public_id),
    ):
        address = f"/billing/methods/also/{payer_ref}/{ref}/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"agrees": "on"}).status_code == 404
    assert len(method_queries.list_for(actor=OPERATOR, payer_ids=[world.payer_id, payer_id])) == 1


def test_a_disabled_method_is_enabled_by_one_button(world: World, ruth: Client) -> None:
    ref = world.card()
    change.disable(actor=world.payer, now=world.now, ref=ref)
    assert b"Disabled" in ruth.get("/billing/methods/").content
    assert ruth.post(at(ref, "enable")).status_code == 302
    assert row(ref).status == "active"
