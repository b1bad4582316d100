"""Replace the number: everything that uses the method stays, nothing goes to a number that was not agreed to."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import connection

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, WORKER, PayerGrant
from counterfoil.flows.methods import change, forget, replace
from counterfoil.flows.payments import birth, settle_matured
from counterfoil.invoices.drafts import NewLine
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from tests.factories import later
from tests.factories.world import World
from tests.flows.methods.test_add import down

MASTERCARD = "5555555555554444"


def row(ref: str) -> MethodRow:
    return method_queries.get(actor=OPERATOR, public_id=ref)


def put(world: World, ref: str, token: str) -> None:
    """Read what is accepted for the new number, and replace it."""
    shown = replace.review(actor=world.payer, now=world.now, ref=ref, token=token)
    replace.run(actor=world.payer, now=world.now, ref=ref, token=token, seen=shown.digest)


def text_of(world: World, authorization_id: int) -> str:
    return agreement_queries.get(actor=world.payer, authorization_id=authorization_id).text


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


def test_what_uses_it_goes_on_under_permissions_for_the_new_number(world: World) -> None:
    ref = world.card()
    later.open_for_later(world)
    invoice = world.invoice(NewLine("Care", 5_000), due_in=40)
    own = later.schedule(world, ref, later.days_later(world, 9), [(invoice.public_id, 5_000)])
    autopay = later.start(world, ref)
    world.invoice(due_in=20)
    later.plan(world)
    planned = next(each for each in later.waiting(world) if each.origin == "autopay")
    token = world.sandbox.card(MASTERCARD)
    shown = replace.review(actor=world.payer, now=world.now, ref=ref, token=token)
    assert set(shown.texts) == {own.public_id, autopay.public_id}
    assert all("Mastercard ****4444" in text.body for text in shown.texts.values())
    world.sandbox.wait(minutes=1)
    put(world, ref, token)

    after = later.enrollment(autopay.public_id)
    assert after.status == "active"
    assert text_of(world, after.authorization_id) == shown.texts[autopay.public_id].body
    assert later.scheduled(planned.public_id).authorization_id == after.authorization_id
    fresh = later.scheduled(own.public_id)
    assert text_of(world, fresh.authorization_id) == shown.texts[own.public_id].body
    assert later.told(world)[-3:] == ["method_changed", "autopay_started", "scheduled_confirmed"]
    for each in (own, planned):
        payment = later.run_on_its_day(world, each)
        assert (payment.public_status, payment.method_last4) == ("Paid", "4444")


def test_nothing_changes_before_the_new_permissions_are_read(world: World) -> None:
    ref = world.card()
    before = later.start(world, ref)
    with pytest.raises(errors.Stale) as refusal:
        replace.run(actor=world.payer, now=world.now, ref=ref, token=world.sandbox.card(MASTERCARD))
    assert refusal.value.code == "not_read"
    assert row(ref).last4 == "4242"
    assert later.enrollment(before.public_id) == before


def test_autopay_that_another_tab_began_meanwhile_is_shown_first(world: World) -> None:
    ref, token = world.card(), world.sandbox.card(MASTERCARD)
    shown = replace.review(actor=world.payer, now=world.now, ref=ref, token=token)
    assert shown.digest == ""
    later.start(world, ref)
    with pytest.raises(errors.Stale):
        replace.run(actor=world.payer, now=world.now, ref=ref, token=token, seen=shown.digest)
    assert row(ref).last4 == "4242"


def test_two_tabs_with_two_numbers_leave_the_last_one_that_was_agreed_to(world: World) -> None:
    ref = world.card()
    autopay = later.start(world, ref)
    tokens = (world.sandbox.card(MASTERCARD), world.sandbox.card("378282246310005"))
    marks = [
        replace.review(actor=world.payer, now=world.now, ref=ref, token=token).digest for token in tokens
    ]
    with pytest.raises(errors.Stale):
        replace.run(actor=world.payer, now=world.now, ref=ref, token=tokens[0], seen=marks[1])
    for token, mark in zip(tokens, marks, strict=True):
        replace.run(actor=world.payer, now=world.now, ref=ref, token=token, seen=mark)
    assert row(ref).last4 == "0005"
    assert "****0005" in text_of(world, later.enrollment(autopay.public_id).authorization_id)


def test_a_crash_in_the_middle_leaves_the_old_number_with_its_permissions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, token = world.card(), world.sandbox.card(MASTERCARD)
    before = later.start(world, ref)

    def breaks(*_args: object, **_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(replace.jobs, "defer", breaks)  # the last write of the commit
    with pytest.raises(ZeroDivisionError):
        put(world, ref, token)
    assert row(ref).last4 == "4242"
    assert later.enrollment(before.public_id) == before
    monkeypatch.undo()
    put(world, ref, token)
    assert row(ref).last4 == "4444"


def test_nothing_is_replaced_while_a_worker_is_at_a_scheduled_payment(world: World) -> None:
    ref, token = world.card(), world.sandbox.card(MASTERCARD)
    later.open_for_later(world)
    world.invoice()
    scheduled = later.schedule(world, ref, later.days_later(world, 9))
    shown = replace.review(actor=world.payer, now=world.now, ref=ref, token=token)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE schedules_scheduled SET status = 'running', claimed_at = %s WHERE id = %s",
            [world.now, scheduled.id],
        )
    with pytest.raises(errors.Refused) as refusal:
        replace.run(actor=world.payer, now=world.now, ref=ref, token=token, seen=shown.digest)
    assert refusal.value.code == "payment_being_sent"
    assert row(ref).last4 == "4242"


def test_nothing_is_taken_under_a_permission_for_the_old_number(world: World) -> None:
    ref = world.card()
    later.open_for_later(world)
    world.invoice()
    scheduled = later.schedule(world, ref, later.days_later(world, 9))
    world.sandbox.wait(minutes=1)
    put(world, ref, world.sandbox.card(MASTERCARD))
    with connection.cursor() as cursor:
        # As an installation may still have it from before the permissions were renewed.
        cursor.execute(
            "UPDATE schedules_scheduled SET authorization_id = %s WHERE id = %s",
            [scheduled.authorization_id, scheduled.id],
        )
    later.to_morning(world, scheduled.run_on)
    assert later.run(world) == 0
    after = later.scheduled(scheduled.public_id)
    assert (after.public_status, after.reason, after.payment_ref) == ("Canceled", "method", "")


def test_who_may_not_change_autopay_replaces_no_number_that_it_uses(world: World) -> None:
    ref, token = world.card(), world.sandbox.card(MASTERCARD)
    later.start(world, ref)
    grant = PayerGrant(world.payer_id, world.biller_id, frozenset({"see_invoices", "save_methods"}))
    somebody = dataclasses.replace(world.payer, payers=(grant,))
    for act in (replace.review, replace.run):
        with pytest.raises(errors.Refused) as refusal:
            act(actor=somebody, now=world.now, ref=ref, token=token)
        assert refusal.value.code == "uses_need_autopay"
    assert row(ref).last4 == "4242"


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
