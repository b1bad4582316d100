"""What is queued is not told: a debit waits for its notice to be sent, long enough before (RE-02)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from counterfoil.core import db
from counterfoil.flows.schedules import pause, resume
from counterfoil.invoices.drafts import NewLine
from counterfoil.notices.models import Delivery
from counterfoil.payers import operations as payer_operations
from counterfoil.schedules.rows import ScheduledRow
from tests.factories import later
from tests.factories.world import World
from tests.flows.notices.test_deliver import free_port

pytestmark = pytest.mark.django_db

BILL = NewLine("December", 100_000)
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def no_server(settings: Settings) -> Iterator[None]:
    """Let nothing answer where the mail server should be."""
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = SMTP_BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    yield
    settings.EMAIL_BACKEND = before


class NoSuchUser:
    """A mail server that knows nobody."""

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return "550 no such user"


@pytest.fixture
def refusing(settings: Settings) -> Iterator[None]:
    """Let the mail server refuse every address for good."""
    port = free_port()
    controller = Controller(NoSuchUser(), hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = SMTP_BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield
    controller.stop()


def planned(world: World, due_in: int = 20) -> ScheduledRow:
    later.start(world, world.card())
    world.invoice(BILL, due_in=due_in)
    later.plan(world)
    return later.waiting(world)[-1]


def try_until_given_up(world: World) -> None:
    for _ in range(8):
        later.send(world)
        row = Delivery.objects.get(biller_id=world.biller_id, notice__key="autopay_notice")
        if row.next_at is not None:
            world.sandbox.time.now = row.next_at
    assert (row.status, row.attempts) == ("failed", 8)


def change_address(world: World, email: str) -> None:
    values = {
        "name": "Eleanor Whitfield",
        "email": email,
        "phone": "",
        "locale": "en",
        "invoice_preference": "mail",
    }
    with db.transaction():
        payer_operations.change_contact(payer_id=world.payer_id, values=values)


def assert_told_anew_then_taken(world: World, row: ScheduledRow) -> None:
    """The debit has moved, is told of with its new day, and is taken on that day."""
    assert world.sandbox.movements() == []
    moved = later.scheduled(row.public_id)
    assert (moved.status, moved.run_on, moved.noticed_on) == ("scheduled", date(2026, 12, 21), None)
    later.plan(world)
    assert later.scheduled(row.public_id).noticed_on == world.today
    assert later.told(world).count("autopay_notice") == 2
    assert later.run_on_its_day(world, moved).amount_minor == 100_000


def test_what_is_sent_in_time_is_taken_on_its_day(world: World) -> None:
    row = planned(world)
    assert later.run_on_its_day(world, row).public_status == "Paid"


def test_what_is_still_in_the_queue_on_its_day_is_not_taken_but_moves(world: World) -> None:
    row = planned(world)
    later.to_morning(world, row.run_on, mail=False)
    assert later.run(world) == 0
    assert_told_anew_then_taken(world, row)


def test_a_notice_given_up_by_a_dead_mail_server_moves_the_debit(world: World, no_server: None) -> None:
    row = planned(world)
    try_until_given_up(world)
    later.to_morning(world, row.run_on, mail=False)
    assert later.run(world) == 0


def test_once_the_mail_server_is_back_the_debit_is_told_anew_and_taken(
    world: World, settings: Settings
) -> None:
    row = planned(world)
    back = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = SMTP_BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    try_until_given_up(world)
    settings.EMAIL_BACKEND = back
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert_told_anew_then_taken(world, row)


# The debit is on Thursday, December 10, in Chicago: November 30 is the last day to tell of it there.
@pytest.mark.parametrize(
    ("day", "hour", "taken"),
    [(date(2026, 11, 30), 9, 1), (date(2026, 11, 30), 23, 1), (date(2026, 12, 1), 0, 0)],
)
def test_the_day_it_was_sent_where_the_biller_is_counts(
    world: World, day: date, hour: int, taken: int
) -> None:
    row = planned(world)
    later.to_morning(world, day, hour, mail=False)
    assert later.send(world) == 1
    later.to_morning(world, row.run_on, mail=False)
    assert later.run(world) == taken
    if not taken:
        assert_told_anew_then_taken(world, row)


def test_an_address_that_is_refused_pauses_autopay_and_takes_nothing(world: World, refusing: None) -> None:
    autopay = later.start(world, world.card())
    world.invoice(BILL, due_in=20)
    world.invoice(NewLine("January", 90_000), due_in=50)
    later.plan(world)
    first, second = later.waiting(world)
    assert later.send(world) == 0
    later.to_morning(world, first.run_on)
    assert later.run(world) == 0
    assert world.sandbox.movements() == []
    after = later.enrollment(autopay.public_id)
    assert (after.status, after.pause_reason) == ("paused", "untold")
    # Nobody can be told of the next one either.
    assert [later.scheduled(row.public_id).status for row in (first, second)] == ["canceled", "canceled"]
    assert later.told(world)[-3:] == ["autopay_paused", "scheduled_canceled", "scheduled_canceled"]
    assert later.plan(world) == 0
    change_address(world, "eleanor.new@example.test")
    resume.run(actor=world.payer, now=world.now, ref=autopay.public_id)
    # What was not taken is planned anew, with its ten days.
    assert [row.run_on for row in later.waiting(world)] == [date(2026, 12, 21), second.run_on]


def test_another_address_by_then_is_told_of_the_moved_debit(
    world: World, settings: Settings, refusing: None
) -> None:
    row = planned(world)
    later.send(world)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    change_address(world, "eleanor.new@example.test")
    later.to_morning(world, row.run_on)
    assert later.run(world) == 0
    assert_told_anew_then_taken(world, row)


def test_autopay_that_is_paused_takes_nothing_that_was_not_told(world: World) -> None:
    row = planned(world)
    later.to_morning(world, row.run_on, mail=False)
    pause.run(actor=world.payer, now=world.now, ref=row.enrollment_ref)
    assert later.run(world) == 0
    assert (later.scheduled(row.public_id).reason, world.sandbox.movements()) == ("paused", [])


def test_the_notices_of_many_debits_are_asked_for_in_one_query(world: World) -> None:
    for number in range(3):
        account_id, payer_id = world.add_resident(f"Resident {number}", f"r{number}@example.test")
        actor = world.payer_actor(payer_id, f"Resident {number}")
        later.start(world, world.card(actor=actor), actor=actor, payer_id=payer_id, account_id=account_id)
        world.invoice(BILL, due_in=20, account_id=account_id, payer_id=payer_id)
    later.plan(world)
    later.to_morning(world, date(2026, 12, 10))
    with CaptureQueriesContext(connection) as asked:
        assert later.run(world) == 3
    assert sum("delivery.sent_at" in each["sql"] for each in asked.captured_queries) == 1
