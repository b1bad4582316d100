"""Reminders: on the days the biller sets, by day, once a step, one message for all that is past due, nobody in vain."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from counterfoil.billers import operations as biller_operations, queries as biller_queries, settings
from counterfoil.core import db, errors, failpoints
from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import remind
from counterfoil.flows.schedules import pause
from counterfoil.invoices import queries as invoice_queries
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.models import Notice, Reminder
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def at(world: World, days: int, hour: int = 10) -> datetime:
    """Return an hour of the biller's day, so many days from today (Chicago is six hours behind in winter)."""
    return world.now.replace(hour=hour, minute=7, second=0, microsecond=0) + timedelta(days=days, hours=6)


def reminded(world: World, days: int, hour: int = 10) -> list[Notice]:
    """Run the worker's hour; return the reminders it queued."""
    before = set(Notice.objects.filter(biller_id=world.biller_id).values_list("pk", flat=True))
    remind.run(actor=WORKER, now=at(world, days, hour), biller_id=world.biller_id)
    return list(Notice.objects.filter(biller_id=world.biller_id).exclude(pk__in=before).order_by("pk"))


def set_rules(world: World, **changes: int) -> None:
    version, before = biller_queries.get_settings(biller_id=world.biller_id, section="notices")
    with db.transaction():
        biller_operations.set_section(
            biller_id=world.biller_id, section="notices", version=version + 1,
            document=settings.changed("notices", before, changes), by_ref="operator", now=world.now,
        )  # fmt: skip


def hold(world: World) -> None:
    with db.transaction():
        [account] = payer_queries.lock_accounts(account_ids=[world.account_id])
        payer_operations.transition_account(account=account, to="on_hold")


def test_due_soon_and_three_times_past_due_each_once(world: World) -> None:
    world.invoice(due_in=10)
    told: dict[tuple[int, int], list[str]] = {}
    for day in range(45):
        for hour in (9, 15):
            for notice in reminded(world, day, hour):
                told.setdefault((day, hour), []).append(notice.key)
    assert told == {
        (7, 9): ["invoice_due_soon"],
        (13, 9): ["invoice_overdue"],
        (20, 9): ["invoice_overdue"],
        (31, 9): ["invoice_overdue"],
    }


def test_the_message_says_what_is_owed_to_whom_it_is_sent(world: World) -> None:
    invoice = world.invoice(due_in=5)
    [notice] = reminded(world, 2)
    assert notice.payer_id == world.payer_id
    assert notice.zone == "America/Chicago"
    assert notice.data["lines"] == [
        {
            "invoice_number": invoice.number, "for_whom": "Eleanor Whitfield", "open_minor": 320_000,
            "due_on": invoice.due_on.isoformat(),
        }
    ]  # fmt: skip
    assert notice.data["link"] == f"/billing/invoices/{invoice.public_id}/"
    assert notice.data["total_minor"] == 320_000


def test_all_that_is_past_due_is_one_message(world: World) -> None:
    first, second, third = (world.invoice(due_in=days) for days in (5, 7, 8))
    [notice] = reminded(world, 10)
    assert notice.key == "invoice_overdue"
    numbers = [line["invoice_number"] for line in notice.data["lines"]]
    assert numbers == [first.number, second.number, third.number]
    assert notice.data["total_minor"] == 960_000
    assert notice.data["link"] == "/billing/invoices/"
    # The third one was named before its own first step, which still comes.
    assert [n.key for n in reminded(world, 11)] == ["invoice_overdue"]
    assert reminded(world, 12) == []


@pytest.mark.parametrize(("hour", "is_sent"), [(7, False), (8, True), (19, True), (20, False), (23, False)])
def test_nothing_is_sent_at_night_where_the_biller_is(world: World, hour: int, *, is_sent: bool) -> None:
    world.invoice(due_in=9)
    assert bool(reminded(world, 6, hour)) is is_sent


def test_days_are_the_billers_and_zero_leaves_a_reminder_out(world: World) -> None:
    set_rules(world, due_soon_days=0, overdue_1_days=1, overdue_2_days=0, overdue_3_days=0)
    world.invoice(due_in=2)
    assert [day for day in range(40) if reminded(world, day)] == [3]


def test_hours_of_night_cannot_be_set() -> None:
    for changes in ({"from_hour": 7}, {"until_hour": 21}, {"from_hour": 20}):
        with pytest.raises(errors.Invalid):
            settings.read("notices", changes)


def test_what_is_paid_pending_or_part_of_both_is_not_reminded_of(world: World) -> None:
    paid = world.invoice(due_in=5)
    world.pay(world.card(), [(paid.public_id, 320_000)])
    assert reminded(world, 2) == []
    assert reminded(world, 8) == []
    pending = world.invoice(due_in=5)
    world.pay(world.bank(), [(pending.public_id, 100_000)])
    assert reminded(world, 2) == []
    assert reminded(world, 8) == []


def test_an_account_on_hold_is_left_in_peace(world: World) -> None:
    world.invoice(due_in=5)
    hold(world)
    assert reminded(world, 2) == []
    assert reminded(world, 8) == []


def test_who_wants_no_reminders_gets_none(world: World) -> None:
    world.invoice(due_in=5)
    with db.transaction():
        notice_operations.choose(
            biller_id=world.biller_id, payer_id=world.payer_id, switches={"reminders": False}, by_ref="x",
            now=world.now,
        )  # fmt: skip
    assert reminded(world, 2) == []


def test_who_has_no_address_gets_none_and_no_mark(world: World) -> None:
    account_id, payer_id = world.add_resident("Nora Neighbor")
    world.invoice(due_in=5, account_id=account_id, payer_id=payer_id)
    assert reminded(world, 2) == []
    assert not Reminder.objects.filter(biller_id=world.biller_id).exists()


def test_a_switched_off_portal_reminds_nobody(world: World) -> None:
    world.invoice(due_in=5)
    world.set_portal(portal_on=False)
    assert reminded(world, 2) == []


def test_old_invoices_that_are_put_in_today_mail_nobody_about_steps_gone_by(world: World) -> None:
    for due_in in (-100, -21, -4, -1):
        world.invoice(due_in=due_in)
    # The first steps ahead: of the one due yesterday in two days, of the one due four days ago in six.
    assert [day for day in range(30) if reminded(world, day)] == [2, 6, 9, 17, 20]


def test_a_worker_that_stood_still_for_a_month_sends_no_stale_step(world: World) -> None:
    world.invoice(due_in=5)
    assert reminded(world, 5 + 21 + 8) == []


def test_a_worker_that_stood_still_for_three_days_catches_up_with_one_message(world: World) -> None:
    world.invoice(due_in=5)
    assert [n.key for n in reminded(world, 5 + 3 + 3)] == ["invoice_overdue"]


def test_a_crash_before_the_commit_loses_nothing_and_repeats_nothing(world: World) -> None:
    world.invoice(due_in=5)

    def die(place: str) -> None:
        if place == "commit.before":
            raise RuntimeError("killed")

    with failpoints.attached(die), pytest.raises(RuntimeError, match="killed"):
        remind.run(actor=WORKER, now=at(world, 2), biller_id=world.biller_id)
    assert not Reminder.objects.filter(biller_id=world.biller_id).exists()
    assert len(reminded(world, 2)) == 1
    assert reminded(world, 2) == []


def test_a_new_due_date_is_reminded_of_anew(world: World) -> None:
    invoice = world.invoice(due_in=5)
    assert len(reminded(world, 2)) == 1
    with db.transaction():
        [row] = invoice_queries.lock(invoice_ids=[invoice.id])
        row.due_on += timedelta(days=9)
        row.save(update_fields=["due_on"])
    assert [day for day in range(2, 14) if reminded(world, day)] == [11]


def test_many_payers_cost_as_many_statements_as_one(
    world: World, django_assert_max_num_queries: object
) -> None:
    for number in range(7):
        account_id, payer_id = world.add_resident(f"Resident {number}", f"r{number}@example.test")
        world.invoice(due_in=5, account_id=account_id, payer_id=payer_id)
    with django_assert_max_num_queries(32):  # type: ignore[operator]
        assert len(reminded(world, 2)) == 7


def test_only_the_installation_itself_reminds(world: World) -> None:
    with pytest.raises(errors.NotPermitted):
        remind.run(actor=world.staff, now=world.now)


def test_a_payment_set_for_later_keeps_reminders_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.invoice(due_in=5)
    pair = {(world.account_id, world.payer_id): ("something",)}
    with monkeypatch.context() as patch:
        patch.setattr(remind.schedule_queries, "sum_scheduled", lambda **_: pair)
        assert reminded(world, 2) == []
    assert len(reminded(world, 2)) == 1


def test_a_debit_that_autopay_moved_past_the_due_date_keeps_reminders_away(world: World) -> None:
    world.invoice(due_in=2)
    row = later.start(world, world.bank())
    [planned] = later.waiting(world)
    assert (planned.run_on - world.today).days >= 10
    assert [day for day in range(10) if reminded(world, day)] == []
    pause.run(actor=world.payer, now=world.now, ref=row.public_id)
    assert [n.key for n in reminded(world, 5)] == ["invoice_overdue"]
