"""Replace the number: everything that uses the method stays, nothing goes to a number that was not agreed to."""

from __future__ import annotations

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.methods import change, forget, replace
from counterfoil.flows.payments import birth, settle_matured
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from tests.factories import later
from tests.factories.world import World
from tests.flows.methods.test_add import down

MASTERCARD = "5555555555554444"


def row(ref: str) -> MethodRow:
    return method_queries.get(actor=OPERATOR, public_id=ref)


def put(world: World, ref: str, token: str) -> None:
    replace.run(actor=world.payer, now=world.now, ref=ref, token=token)


def gone(world: World, token: str) -> bool:
    return world.sandbox.get(f"/v1/tokens/{token}").status_code == 404


def token_of(ref: str) -> str:
    return method_queries.list_tokens(method_ids=[row(ref).id])[row(ref).id].token


def test_the_number_changes_and_everything_else_stays(world: World) -> None:
    ref = world.card()
    before = row(ref)
    put(world, ref, world.sandbox.card(MASTERCARD))

    after = row(ref)
    assert (after.last4, after.brand) == ("4444", "mastercard")
    kept = ("id", "nickname", "is_default", "address_id", "status", "account_ids")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert [
        (cause, last4) for cause, last4, _ in method_queries.list_past(actor=OPERATOR, method_id=after.id)
    ] == [("replaced", "4242")]
    assert later.told(world) == ["method_changed"]


def test_a_schedule_goes_on_with_the_new_number(world: World) -> None:
    ref = world.card()
    later.open_for_later(world)
    world.invoice()
    scheduled = later.schedule(world, ref, later.days_later(world, 9))
    put(world, ref, world.sandbox.card(MASTERCARD))
    payment = later.run_on_its_day(world, scheduled)
    assert (payment.public_status, payment.method_last4) == ("Paid", "4444")


def test_a_double_click_replaces_once(world: World) -> None:
    ref, token = world.card(), world.sandbox.card(MASTERCARD)
    put(world, ref, token)
    put(world, ref, token)
    assert len(method_queries.list_past(actor=OPERATOR, method_id=row(ref).id)) == 1


def test_a_bank_account_is_checked_anew(world: World) -> None:
    ref = world.bank()
    with pytest.raises(errors.Invalid, match="Your bank does not know this account"):
        put(world, ref, world.sandbox.bank("000444444440"))
    assert row(ref).last4 == "6789"
    put(world, ref, world.sandbox.bank("000777777777"))
    assert (row(ref).last4, row(ref).validation) == ("7777", "passed")


def test_another_kind_is_another_method(world: World) -> None:
    ref = world.bank()
    with pytest.raises(errors.Invalid, match="These details have expired"):
        put(world, ref, world.sandbox.card())
    assert row(ref).last4 == "6789"


def test_nothing_is_replaced_while_a_payment_is_still_to_be_sent(world: World) -> None:
    ref = world.card()
    world.invoice()
    submission = world.review(world.order(ref))
    [born] = birth.run(actor=world.payer, now=world.now, submissions=[submission], calls_now=False)
    with pytest.raises(errors.Refused) as refusal:
        put(world, ref, world.sandbox.card(MASTERCARD))
    assert refusal.value.code == "payment_being_sent"
    assert row(ref).last4 == "4242"
    assert isinstance(born, birth.Born)


def test_a_stranger_replaces_nothing(world: World) -> None:
    ref = world.card()
    _, payer_id = world.add_resident("Howard Marsh")
    with pytest.raises(errors.NotFound):
        replace.run(
            actor=world.payer_actor(payer_id), now=world.now, ref=ref, token=world.sandbox.card(MASTERCARD)
        )
    assert row(ref).last4 == "4242"


def test_the_old_token_is_forgotten_by_a_job_outside_any_transaction(world: World) -> None:
    ref = world.card()
    old = token_of(ref)
    put(world, ref, world.sandbox.card(MASTERCARD))
    assert not gone(world, old)
    assert forget.run(actor=WORKER, now=world.now) == 1
    assert gone(world, old)
    assert not gone(world, token_of(ref))
    assert forget.run(actor=WORKER, now=world.now) == 0


def test_a_deleted_methods_pending_payment_finishes_before_its_token_is_forgotten(world: World) -> None:
    ref = world.bank()
    token = token_of(ref)
    world.invoice()
    payment = world.pay(ref)
    assert payment.public_status == "Pending"
    change.delete(actor=world.payer, now=world.now, ref=ref)
    assert forget.run(actor=WORKER, now=world.now) == 0
    assert not gone(world, token)
    assert "method_deleted" in later.told(world)

    world.sandbox.wait(days=12)
    world.deliver()
    settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).public_status == "Paid"
    assert forget.run(actor=WORKER, now=world.now) == 1
    assert gone(world, token)


def test_a_silent_gateway_is_told_again_later(world: World) -> None:
    ref = world.card()
    change.delete(actor=world.payer, now=world.now, ref=ref)
    with down(world):
        assert forget.run(actor=WORKER, now=world.now) == 0
    assert forget.run(actor=WORKER, now=world.now) == 1


def test_nobody_but_the_installation_forgets(world: World) -> None:
    with pytest.raises(errors.NotPermitted):
        forget.run(actor=world.payer, now=world.now)
