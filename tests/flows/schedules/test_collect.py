"""*{biller} collects*: what the payer permitted, told before, on the collection day, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.notices import remind
from counterfoil.flows.schedules import cancel, change, pause
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import operations as payer_operations
from counterfoil.schedules import lateness, queries as schedule_queries
from tests.factories import collecting, later
from tests.factories.outcomes import notices
from tests.factories.world import World

pytestmark = pytest.mark.django_db

DECEMBER = NewLine("December", 100_000)
THURSDAY = date(2026, 12, 3)


def test_what_is_due_is_told_of_before_and_collected_on_its_day(world: World) -> None:
    collecting.begin(world, world.card())
    bill = world.invoice(DECEMBER, due_in=12)
    row = collecting.planned(world)
    assert (row.origin, row.run_on, row.amounts) == ("pull", THURSDAY, ((bill.public_id, 100_000),))
    assert (row.enrollment_ref, row.notice_days, row.noticed_on) == ("", 10, world.today)
    assert later.told(world)[-1] == "collection_coming"
    payment = later.run_on_its_day(world, row)
    assert (payment.public_status, payment.origin, payment.amount_minor) == ("Paid", "pull", 100_000)
    assert "payment_receipt" in notices(world, payment.public_id)
    assert invoice_queries.get(actor=world.payer, public_id=bill.public_id).status == "paid"


def test_planning_again_sets_nothing_twice(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    collecting.planned(world)
    world.sandbox.wait(days=1)
    assert collecting.plan(world) == 0
    assert later.told(world).count("collection_coming") == 1


def test_a_day_that_is_no_bank_day_gives_way_to_the_next_one(world: World) -> None:
    collecting.begin(world, world.card(), day=5)
    world.invoice(DECEMBER, due_in=5)
    assert collecting.plan(world) == 0
    world.sandbox.wait(days=4)
    row = collecting.planned(world)
    assert (row.first_on, row.run_on) == (date(2026, 12, 5), date(2026, 12, 7))


def test_the_last_day_of_the_month(world: World) -> None:
    collecting.begin(world, world.card(), day=31)
    world.invoice(DECEMBER, due_in=5)
    later.to_morning(world, date(2026, 11, 21))
    # November 30 is too near to be told of in time.
    assert collecting.plan(world) == 0
    later.to_morning(world, date(2026, 12, 18))
    assert collecting.planned(world).run_on == date(2026, 12, 31)


def test_a_bill_due_after_the_day_is_left_for_the_next_one(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=14)
    assert collecting.plan(world) == 0
    due = world.invoice(DECEMBER, due_in=13)
    assert [ref for ref, _ in collecting.planned(world).amounts] == [due.public_id]


def test_a_bill_that_comes_after_the_notice_is_not_added(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    world.invoice(NewLine("Medicine", 5_000), due_in=6)
    assert collecting.plan(world) == 0
    assert later.run_on_its_day(world, row).amount_minor == 100_000


def test_what_is_set_for_later_is_taken_off(world: World) -> None:
    later.open_for_later(world)
    method = world.card()
    collecting.begin(world, method)
    bill = world.invoice(DECEMBER, due_in=5)
    later.schedule(world, method, later.days_later(world, 5), [(bill.public_id, 30_000)])
    assert collecting.planned(world).amount_minor == 70_000


def test_a_bill_that_is_paid_meanwhile_is_not_collected_again(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    world.pay(method)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert (later.scheduled(row.public_id).status, later.scheduled(row.public_id).reason) == (
        "canceled", "nothing",
    )  # fmt: skip
    assert later.told(world)[-1] == "scheduled_canceled"


def test_a_bill_that_is_partly_paid_meanwhile_lowers_it(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    bill = world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    world.pay(method, [(bill.public_id, 40_000)])
    assert later.run_on_its_day(world, row).amount_minor == 60_000
    assert later.told(world)[-1] == "scheduled_lowered"


def test_the_permission_withdrawn_cancels_it_at_once(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    collecting.withdraw(world, method)
    assert later.scheduled(row.public_id).reason == "permission"
    assert later.told(world)[-2:] == ["scheduled_canceled", "permission_withdrawn"]
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert world.sandbox.movements() == []
    collecting.give(world, method)
    # Told of once for each day: what was canceled is not set again for it.
    assert collecting.plan(world) == 0


@pytest.mark.parametrize(("who_pays", "day"), [("self", None), ("biller_collects", 10)])
def test_another_choice_cancels_it_at_once(world: World, who_pays: str, day: int | None) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    collecting.choose(world, who_pays, day)
    assert later.scheduled(row.public_id).reason == "who_pays"
    assert "scheduled_canceled" in later.told(world)


def test_a_biller_that_ends_the_day_collects_nothing_on_it(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    world.set_portal(collection_days=[10])
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "day"


def test_a_payer_who_starts_autopay_is_not_collected_from(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    world.invoice(DECEMBER, due_in=20)
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    autopay = later.start(world, method)
    assert later.scheduled(row.public_id).reason == "autopay"
    # What is no longer collected is autopay's, each bill once.
    assert sorted(each.amount_minor for each in later.waiting(world)) == [100_000, 100_000]
    pause.run(actor=world.payer, now=world.now, ref=autopay.public_id)
    assert collecting.plan(world) == 0


def test_a_notice_that_was_not_sent_in_time_lets_nothing_be_taken(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    later.to_morning(world, date(2026, 11, 24), mail=False)
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "untold"
    assert world.sandbox.movements() == []


def test_it_is_not_taken_after_its_day(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    later.to_morning(world, date(2026, 12, 4))
    assert later.run(world) == 0
    assert later.scheduled(row.public_id).reason == "late"


def test_what_is_not_told_of_in_time_waits_a_month(world: World) -> None:
    collecting.begin(world, world.card())
    later.to_morning(world, date(2026, 11, 24))
    world.invoice(DECEMBER, due_in=5)
    assert collecting.plan(world) == 0


def test_who_has_no_address_is_not_collected_from(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    values = {"name": "Eleanor", "email": "", "phone": "", "locale": "en", "invoice_preference": "mail"}
    with db.transaction():
        payer_operations.change_contact(payer_id=world.payer_id, values=values)
    assert collecting.plan(world) == 0


def test_a_collection_is_canceled_by_its_payer_and_the_next_one_comes(world: World) -> None:
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    cancel.run(actor=world.payer, now=world.now, ref=row.public_id)
    assert collecting.plan(world) == 0
    later.to_morning(world, date(2026, 12, 22))
    assert collecting.planned(world).run_on == date(2027, 1, 4)


def test_nobody_is_reminded_of_what_is_collected_and_it_is_not_overdue(world: World) -> None:
    collecting.begin(world, world.card())
    bill = world.invoice(DECEMBER, due_in=2)
    collecting.planned(world)
    later.to_morning(world, date(2026, 11, 25), hour=12)
    assert remind.run(actor=WORKER, now=world.now, biller_id=world.biller_id) == 0
    [set_] = schedule_queries.list_autopay(actor=OPERATOR, account_ids=[world.account_id])
    found = invoice_queries.get(actor=world.payer, public_id=bill.public_id)
    assert lateness.shown_status(invoice=found, today=world.today, later=[set_]) == "Open"
    assert (
        invoice_queries.get(actor=world.payer, public_id=bill.public_id).shown_status(world.today)
        == "Overdue"
    )


def test_a_collection_cannot_be_changed_into_something_else(world: World) -> None:
    method = world.card()
    collecting.begin(world, method)
    bill = world.invoice(DECEMBER, due_in=5)
    row = collecting.planned(world)
    with pytest.raises(errors.Stale, match="collected as you were told"):
        change.run(
            actor=world.payer, now=world.now, ref=row.public_id,
            order=world.order(method, [(bill.public_id, 1)]), on=row.run_on, seen="x",
        )  # fmt: skip


def test_no_fee_is_taken_with_it(world: World) -> None:
    """The permission is for what is owed, and for nothing on top."""
    world.set_payments(card_fee_minor=250)
    collecting.begin(world, world.card())
    world.invoice(DECEMBER, due_in=5)
    payment = later.run_on_its_day(world, collecting.planned(world))
    assert (payment.amount_minor, payment.fee_minor) == (100_000, 0)
