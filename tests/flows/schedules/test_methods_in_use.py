"""What uses a method is named, gets another one under a new permission, or stops with a word."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import errors
from counterfoil.flows.methods import change as method_change
from counterfoil.flows.payments import facts as payment_facts
from counterfoil.flows.schedules import change as change_scheduled, enroll, replace_method, review, run_due
from counterfoil.invoices.drafts import NewLine
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow
from tests.factories import later
from tests.factories.world import World


@pytest.fixture(autouse=True)
def _offered(world: World) -> None:
    later.open_for_later(world)


def test_uses_are_named(world: World) -> None:
    bank, card = world.bank(), world.card()
    invoice = world.invoice(NewLine("Care", 5_000), due_in=40)
    row = later.schedule(world, bank, date(2026, 12, 1), [(invoice.public_id, 5_000)])
    autopay = later.start(world, bank)
    uses = schedule_queries.list_uses(actor=world.payer, method_refs=[bank, card])
    assert card not in uses
    assert [(use.kind, use.ref, use.amount_minor, use.run_on) for use in uses[bank]] == [
        ("autopay", autopay.public_id, None, None),
        ("scheduled", row.public_id, 5_000, date(2026, 12, 1)),
    ]


def test_another_method_takes_over_under_a_new_permission(world: World) -> None:
    bank, card = world.bank(), world.card()
    invoice = world.invoice(NewLine("Care", 5_000), due_in=40)
    row = later.schedule(world, bank, date(2026, 12, 1), [(invoice.public_id, 5_000)])
    autopay = later.start(world, bank)
    world.invoice(due_in=20)
    later.plan(world)
    planned = next(each for each in later.waiting(world) if each.origin == "autopay")
    reviewed = replace_method.review(actor=world.payer, now=world.now, old_ref=bank, new_ref=card)
    assert set(reviewed.texts) == {row.public_id, autopay.public_id}
    uses = later.take_over(world, bank, card)
    assert {use.ref for use in uses} == {row.public_id, autopay.public_id, planned.public_id}
    assert {each.method_ref for each in later.waiting(world)} == {card}
    after = later.enrollment(autopay.public_id)
    assert after.method_ref == card
    assert later.scheduled(planned.public_id).authorization_id == after.authorization_id
    text = agreement_queries.get(
        actor=world.payer, authorization_id=later.scheduled(row.public_id).authorization_id
    ).text
    assert "****4242" in text
    assert replace_method.run(actor=world.payer, now=world.now, old_ref=bank, new_ref=card) == ()
    assert later.run_on_its_day(world, later.scheduled(row.public_id)).public_status == "Paid"
    assert later.run_on_its_day(world, planned).public_status == "Paid"


def test_what_changed_since_it_was_shown_is_not_stored_unread(world: World) -> None:
    """A fee that the biller dropped meanwhile, and another payment that was set: shown again before it is agreed to."""
    world.set_payments(card_fee_minor=295)
    old, new = world.card(), world.card("5555555555554444")
    first = world.invoice(NewLine("Care", 5_000), due_in=40)
    row = later.schedule(world, old, date(2026, 12, 1), [(first.public_id, 5_000)])
    shown = replace_method.review(actor=world.payer, now=world.now, old_ref=old, new_ref=new)

    def accept(seen: str) -> None:
        replace_method.run(actor=world.payer, now=world.now, old_ref=old, new_ref=new, seen=seen)

    world.set_payments(card_fee_minor=100)
    for seen in (shown.digest, ""):
        with pytest.raises(errors.Stale) as refused:
            accept(seen)
        assert refused.value.code == replace_method.NOT_READ
    cheaper = replace_method.review(actor=world.payer, now=world.now, old_ref=old, new_ref=new)
    second = world.invoice(NewLine("Meals", 7_000), due_in=40)
    later.schedule(world, old, date(2026, 12, 2), [(second.public_id, 7_000)])
    with pytest.raises(errors.Stale):
        accept(cheaper.digest)
    assert later.scheduled(row.public_id) == row
    later.take_over(world, old, new)
    after = later.scheduled(row.public_id)
    assert (after.method_ref, after.fee_minor) == (new, 100)


def _with_its_own_method(world: World) -> tuple[EnrollmentRow, ScheduledRow]:
    """Autopay by one card, whose next payment its payer gave a bank account."""
    autopay, bank = later.start(world, world.card()), world.bank()
    world.invoice(NewLine("December", 100_000), due_in=20)
    later.plan(world)
    [row] = later.waiting(world)
    order = world.order(bank, row.amounts)
    seen = review.run(
        actor=world.payer, now=world.now, order=order, on=row.run_on, replaces=row.public_id
    ).digest
    change_scheduled.run(
        actor=world.payer, now=world.now, ref=row.public_id, order=order, on=row.run_on, seen=seen
    )
    return autopay, later.scheduled(row.public_id)


def test_one_payment_of_autopay_with_its_own_method_is_given_the_other_one_too(world: World) -> None:
    autopay, row = _with_its_own_method(world)
    card = world.card("5555555555554444")
    later.take_over(world, row.method_ref, card)
    after = later.scheduled(row.public_id)
    assert after.method_ref == card
    assert after.authorization_id not in {row.authorization_id, autopay.authorization_id}
    assert later.enrollment(autopay.public_id).method_ref == autopay.method_ref
    assert later.run_on_its_day(world, after).public_status == "Paid"


def test_one_payment_whose_own_method_cannot_be_used_pauses_no_autopay_of_another(world: World) -> None:
    autopay, row = _with_its_own_method(world)
    method_change.disable(actor=world.payer, now=world.now, ref=row.method_ref)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "method"
    assert later.enrollment(autopay.public_id).is_active


def test_without_another_autopay_pauses_and_the_rest_is_canceled(world: World) -> None:
    bank = world.bank()
    invoice = world.invoice(NewLine("Care", 5_000), due_in=40)
    row = later.schedule(world, bank, date(2026, 12, 1), [(invoice.public_id, 5_000)])
    autopay = later.start(world, bank)
    for _ in range(2):
        replace_method.run(actor=world.payer, now=world.now, old_ref=bank, new_ref=None)
    assert later.scheduled(row.public_id).reason == "method"
    assert later.enrollment(autopay.public_id).pause_reason == "method"
    assert later.waiting(world) == []
    assert later.told(world).count("autopay_paused") == 1


def test_an_expired_card_cannot_take_over_or_start_autopay(world: World) -> None:
    bank, card = world.bank(), world.card()
    later.start(world, bank)
    world.sandbox.time.now = world.now.replace(year=2041)
    with pytest.raises(errors.Invalid) as refused:
        replace_method.run(actor=world.payer, now=world.now, old_ref=bank, new_ref=card)
    assert (refused.value.field, refused.value.code) == ("method", "card_expired")
    with pytest.raises(errors.Invalid) as refused:
        enroll.review(actor=world.payer, now=world.now, form=later.form(world, card))
    assert refused.value.code == "card_expired"


def test_the_method_of_somebody_else_cannot_take_over(world: World) -> None:
    _, payer_id = world.add_resident("Howard Marsh", "howard@example.test")
    howard = world.payer_actor(payer_id, "Howard Marsh")
    theirs, bank = world.card(actor=howard), world.bank()
    with pytest.raises(errors.Invalid) as refused:
        replace_method.run(actor=world.payer, now=world.now, old_ref=bank, new_ref=theirs)
    assert refused.value.field == "method"
    with pytest.raises(errors.NotFound):
        replace_method.run(actor=howard, now=world.now, old_ref=bank, new_ref=theirs)


def test_one_that_cannot_be_run_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    card = world.card()
    bad = world.invoice(NewLine("Care", 5_000))
    account_id, payer_id = world.add_resident("Howard Marsh", "howard@example.test")
    howard = world.payer_actor(payer_id, "Howard Marsh")
    later.schedule(world, card, date(2026, 12, 1), [(bad.public_id, 5_000)])
    world.invoice(NewLine("Rent", 7_000), account_id=account_id, payer_id=payer_id)
    world.account_id, mine = account_id, world.account_id
    good = later.schedule(world, world.card(actor=howard), date(2026, 12, 1), actor=howard)
    world.account_id = mine
    load = payment_facts.load

    def breaks(**asked: object) -> object:
        if any(order.payer_id == world.payer_id for order in asked["orders"]):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return load(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(run_due.payment_facts, "load", breaks)
    later.to_morning(world, date(2026, 12, 1))
    assert later.run(world) == 1
    assert later.scheduled(good.public_id).public_status == "Submitted"
    monkeypatch.undo()
    assert later.run(world) == 0
    world.sandbox.wait(minutes=15)
    assert later.run(world) == 1
