"""The life of a bank debit: funded, paid, and what comes back."""

from __future__ import annotations

from datetime import date, timedelta

from counterfoil.core.actor import WORKER
from counterfoil.flows.books import catch_up
from counterfoil.flows.gateway_events import apply
from counterfoil.gateway_events import queries as event_queries
from counterfoil.invoices.drafts import NewLine
from tests.factories.outcomes import (
    assert_sound,
    books,
    cut_off,
    live,
    mature,
    notices,
    whole,
)
from tests.factories.world import World


def test_funded_then_paid(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank(), whole(invoice))
    live(world, until=date(2026, 11, 25))
    assert world.payment(payment.public_id).funded_on == date(2026, 11, 24)
    assert books(world) == {
        "receivable": 320_000, "revenue": -320_000, "clearing": 320_000, "return_window": -320_000,
    }  # fmt: skip
    assert world.fresh(invoice).open_minor == 320_000
    live(world, until=date(2026, 11, 30))
    assert world.payment(payment.public_id).public_status == "Paid"
    assert books(world) == {"clearing": 320_000, "revenue": -320_000}
    assert notices(world, payment.public_id) == ["payment_receipt"]
    assert_sound(world)


def test_r01_before_paid(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank("000111111116"), whole(invoice))
    live(world, until=date(2026, 11, 30))
    back = world.payment(payment.public_id)
    assert (back.public_status, back.reason_code) == ("Returned", "R01")
    again = world.fresh(invoice)
    assert (again.status, again.open_minor, again.pending_minor) == ("open", 320_000, 0)
    assert books(world) == {"receivable": 320_000, "revenue": -320_000}
    assert notices(world, payment.public_id) == ["payment_receipt", "payment_returned"]
    assert_sound(world)


def test_r03_before_the_money(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank("000111111114"), whole(invoice))
    live(world, until=date(2026, 11, 30))
    assert world.payment(payment.public_id).reason_code == "R03"
    assert world.sandbox.movements() == []
    assert_sound(world)


def test_r10_after_paid_reopens_the_invoice(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank("000222222227"), whole(invoice))
    live(world, until=date(2026, 12, 1))
    assert world.fresh(invoice).status == "paid"
    live(world, until=date(2026, 12, 20))
    assert world.payment(payment.public_id).public_status == "Returned"
    again = world.fresh(invoice)
    assert (again.status, again.open_minor, world.outstanding) == ("open", 320_000, 320_000)
    assert books(world) == {"receivable": 320_000, "revenue": -320_000}
    assert_sound(world)


def test_a_late_return_after_its_credit_moved_on_reopens_both_invoices(world: World) -> None:
    first = world.invoice(NewLine("November", 50_000))
    payment = world.pay(world.bank("000222222227"), [(first.public_id, 80_000)])
    live(world, until=date(2026, 12, 1))
    second = world.invoice(NewLine("December", 100_000))
    assert world.fresh(second).open_minor == 70_000
    live(world, until=date(2026, 12, 20))
    assert world.payment(payment.public_id).public_status == "Returned"
    assert [world.fresh(i).open_minor for i in (first, second)] == [50_000, 100_000]
    assert books(world) == {"receivable": 150_000, "revenue": -150_000}
    assert_sound(world)


def test_a_notification_of_change_moves_no_money(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank("000333333335"), whole(invoice))
    live(world, until=date(2026, 12, 1))
    assert world.payment(payment.public_id).public_status == "Paid"
    assert_sound(world)


def test_nothing_is_called_paid_while_the_gateway_is_silent(world: World) -> None:
    """The return may have happened; only its event was lost."""
    payment = world.pay(world.bank("000111111116"), whole(world.invoice()))
    world.sandbox.to(date(2026, 11, 24))
    world.deliver()
    world.sandbox.to(date(2026, 12, 2))
    cut_off(world)
    mature(world)
    assert world.payment(payment.public_id).public_status == "Pending"
    cut_off(world, down=False)
    mature(world)
    assert world.payment(payment.public_id).public_status == "Returned"
    assert_sound(world)


def test_an_event_without_an_answer_waits(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank("000222222227"), whole(invoice))
    live(world, until=date(2026, 12, 10))
    world.sandbox.to(date(2026, 12, 15))
    cut_off(world)
    assert world.deliver() == 1
    assert world.payment(payment.public_id).public_status == "Paid"
    waiting = event_queries.list_waiting_ids(before=world.now + timedelta(1), limit=10)
    assert len(waiting) == 1
    cut_off(world, down=False)
    apply.run(actor=WORKER, now=world.now, event_id=waiting[0])
    assert world.payment(payment.public_id).public_status == "Returned"
    assert_sound(world)


def test_a_return_nobody_told_us_of_is_found_in_the_books(world: World) -> None:
    payment = world.pay(world.bank("000222222227"), whole(world.invoice()))
    live(world, until=date(2026, 12, 10))
    world.sandbox.to(date(2026, 12, 20))
    world.sandbox.app.sandbox.outbox.delivered([d.seq for d in world.sandbox.due()], world.now)
    assert world.payment(payment.public_id).public_status == "Paid"
    assert catch_up.run(actor=WORKER, now=world.now, biller_id=world.biller_id) == 1
    assert world.payment(payment.public_id).public_status == "Returned"
    assert_sound(world)
