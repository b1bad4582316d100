"""What becomes of payments: silence, late requests, confirmation, jobs, credit, and the life of a bank debit."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import date, timedelta

import httpx
import pytest
from django.db import connection

from counterfoil.core import errors, failpoints, http
from counterfoil.core.actor import GATEWAY, WORKER
from counterfoil.flows.books import catch_up, reconcile, verify
from counterfoil.flows.gateway_events import apply
from counterfoil.flows.methods import change
from counterfoil.flows.payments import (
    call_gateway,
    confirm,
    record_results,
    resolve_unknown,
    settle_matured,
    submit,
)
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.gateway_events import queries as event_queries
from counterfoil.gateways import base
from counterfoil.gateways.sandbox import client
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories.world import World


class Down(httpx.BaseTransport):
    """A gateway that cannot be reached."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)


def cut_off(world: World, *, down: bool = True) -> None:
    practice = world.sandbox
    client.mount(base_url=practice.base_url, transport=Down() if down else practice.transport)


def ask(world: World, **span: float) -> PaymentRow | None:
    """Let time pass and the worker ask; the newest payment afterwards."""
    world.sandbox.wait(**span)
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    return None


def mature(world: World) -> None:
    settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)


def jobs_of(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name])
        return [row[0] for row in cursor.fetchall()]


def notices(world: World, ref: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM notices_notice WHERE subject_ref = %s ORDER BY id", [ref])
        return [row[0] for row in cursor.fetchall()]


def whole(invoice: InvoiceRow) -> list[tuple[str, int]]:
    return [(invoice.public_id, invoice.total_minor)]


def books(world: World) -> dict[str, int]:
    sums = ledger_queries.balances(actor=WORKER, biller_id=world.biller_id)
    return {code: amount for code, amount in sums.items() if amount}


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


# -- Silence ------------------------------------------------------------------------------------------------------


def test_an_answer_lost_after_success_is_found_and_charged_once(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_after")
    payment = world.pay(world.card(), whole(invoice))
    assert (payment.status, payment.public_status) == ("unknown", "Pending")
    assert world.fresh(invoice).pending_minor == invoice.total_minor
    with pytest.raises(errors.Stale):
        world.pay(world.card("5555555555554444"), whole(invoice))
    ask(world, minutes=2)
    assert world.payment(payment.public_id).status == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert_sound(world)


def test_an_answer_lost_before_success_is_fenced_and_can_be_paid_again(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_before")
    payment = world.pay(world.card(), whole(invoice))
    ask(world, minutes=2)
    assert world.payment(payment.public_id).status == "canceled"
    assert notices(world, payment.public_id) == ["payment_receipt", "payment_declined"]
    assert world.pay(world.card("5555555555554444"), whole(invoice)).status == "settled"
    assert_sound(world)


def test_a_request_that_arrives_after_the_fence_moves_nothing(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("delayed_execution", seconds=3600)
    payment = world.pay(world.card(), whole(invoice))
    ask(world, minutes=2)
    world.sandbox.wait(hours=2)
    world.sandbox.due()  # the sandbox's time passes: the delayed request arrives
    ask(world, minutes=1)
    assert world.payment(payment.public_id).status == "canceled"
    assert world.sandbox.movements() == []
    assert_sound(world)


def test_a_request_that_arrives_before_the_fence_is_the_payment(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("delayed_execution", seconds=30)
    payment = world.pay(world.card(), whole(invoice))
    ask(world, minutes=2)
    assert world.payment(payment.public_id).status == "settled"
    assert_sound(world)


def test_a_gateway_that_is_down_leaves_a_payment_to_be_confirmed(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))
    cut_off(world)
    payment = world.payment(submit.run(actor=world.payer, now=world.now, submission=submission))
    assert payment.is_confirming
    for _ in range(4):
        ask(world, minutes=20)
    assert world.payment(payment.public_id).status == "unknown"
    cut_off(world, down=False)
    ask(world, hours=2)
    assert world.payment(payment.public_id).status == "canceled"
    assert_sound(world)


def test_looking_while_the_call_is_under_way_changes_nothing(world: World) -> None:
    """The page asks again before the answer is there: that is no outcome."""
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))

    def look(place: str) -> None:
        if place == "call.before":
            ref = newest(world)
            confirm.run(actor=world.payer, now=world.now, payment_ref=ref)
            assert world.payment(ref).status == "submitting"

    with failpoints.attached(look):
        ref = submit.run(actor=world.payer, now=world.now, submission=submission)
    assert world.payment(ref).status == "settled"
    assert_sound(world)


def newest(world: World) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public_id FROM payments_payment WHERE biller_id = %s ORDER BY id DESC", [world.biller_id]
        )
        return str(cursor.fetchone()[0])


def test_a_webhook_that_is_faster_than_the_answer(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))

    def overtake(place: str) -> None:
        if place == "call.after":
            assert world.deliver() == 1

    with failpoints.attached(overtake):
        ref = submit.run(actor=world.payer, now=world.now, submission=submission)
    assert world.payment(ref).status == "settled"
    assert notices(world, ref) == ["payment_receipt"]
    assert_sound(world)


def test_one_connection_set_up_wrong_does_not_stop_the_others(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_after")
    payment = world.pay(world.card(), whole(invoice))
    other = World(world.sandbox)
    their_invoice = other.invoice()
    world.sandbox.arm("answer_lost_after")
    theirs = other.pay(other.card(), whole(their_invoice))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billers_gatewayconnection SET gateway_key = 'gone' WHERE biller_id = %s",
            [other.biller_id],
        )
    world.sandbox.wait(minutes=2)
    ids = [payment.id, theirs.id]
    assert resolve_unknown.ask(actor=WORKER, now=world.now, payment_ids=ids, source="look_up") == {theirs.id}
    assert world.payment(payment.public_id).status == "settled"
    assert world.payment(theirs.public_id).status == "unknown"


# -- Busy: born now, sent by a job --------------------------------------------------------------------------------


def submit_when_busy(world: World, invoice: InvoiceRow) -> PaymentRow:
    submission = world.review(world.order(world.card(), whole(invoice)))
    with ExitStack() as held:
        with suppress(http.Busy):
            while True:
                held.enter_context(http.bulkhead("sandbox"))
        return world.payment(submit.run(actor=world.payer, now=world.now, submission=submission))


def test_when_too_many_wait_for_the_gateway_a_job_makes_the_call(world: World) -> None:
    invoice = world.invoice()
    payment = submit_when_busy(world, invoice)
    assert payment.status == "submitting"
    assert jobs_of("call_gateway") == [f'{{"payment_id": {payment.id}}}']
    assert world.sandbox.movements() == []
    confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)  # Check again
    call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment.id)
    call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment.id)
    assert world.payment(payment.public_id).status == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert_sound(world)


def test_the_job_is_in_the_commit_of_the_birth(world: World) -> None:
    class Crash(BaseException):
        pass

    commits: list[str] = []

    def die(place: str) -> None:
        if place == "commit.after":
            commits.append(place)
            if len(commits) == 1:
                raise Crash

    invoice = world.invoice()
    submission = world.review(world.order(world.card(), whole(invoice)))
    with ExitStack() as held:
        with suppress(http.Busy):
            while True:
                held.enter_context(http.bulkhead("sandbox"))
        with pytest.raises(Crash), failpoints.attached(die):
            submit.run(actor=world.payer, now=world.now, submission=submission)
    assert len(jobs_of("call_gateway")) == 1


def test_a_job_that_never_ran_is_given_up(world: World) -> None:
    invoice = world.invoice()
    payment = submit_when_busy(world, invoice)
    ask(world, minutes=11)
    assert world.payment(payment.public_id).status == "canceled"
    call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment.id)
    assert world.sandbox.movements() == []
    assert notices(world, payment.public_id) == ["payment_declined"]
    assert world.outstanding == invoice.total_minor
    assert_sound(world)


# -- The payer's bank asks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "status", "told"),
    [("approve", "settled", ["payment_receipt"]), ("refuse", "declined", [])],
)
def test_three_d_secure(world: World, decision: str, status: str, told: list[str]) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card("4000002500003155"), whole(invoice))
    assert payment.public_status == "Action needed"
    path = payment.action_url.removeprefix("http://sandbox.test")
    world.sandbox.http.post(path, data={"decision": decision})
    confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    assert world.payment(payment.public_id).status == status
    assert notices(world, payment.public_id) == told
    assert_sound(world)


def test_three_d_secure_left_alone_is_fenced_after_an_hour(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card("4000002500003155"), whole(invoice))
    ask(world, minutes=31)
    assert world.payment(payment.public_id).status == "action_needed"
    ask(world, minutes=40)
    assert world.payment(payment.public_id).status == "canceled"
    path = payment.action_url.removeprefix("http://sandbox.test")
    world.sandbox.http.post(path, data={"decision": "approve"})
    assert world.sandbox.movements() == []
    assert world.outstanding == invoice.total_minor
    assert_sound(world)


# -- The life of a bank debit -------------------------------------------------------------------------------------


def live(world: World, *, until: date) -> None:
    """Days go by: the bank works, events arrive, the worker settles."""
    while world.now.date() < until:
        world.sandbox.wait(days=1)
        world.deliver()
        mature(world)


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


# -- Credit, and settings -----------------------------------------------------------------------------------------


def test_credit_pays_an_invoice_that_a_return_set_free(world: World) -> None:
    invoice = world.invoice(NewLine("November", 100_000))
    world.pay(world.bank("000111111116"), [(invoice.public_id, 100_000)])
    other = world.invoice(NewLine("Guest meal", 1_000))
    world.pay(world.card(), [(other.public_id, 31_000)])
    assert books(world)["unapplied_credit"] == -30_000
    live(world, until=date(2026, 11, 30))
    assert world.fresh(invoice).open_minor == 70_000
    assert "unapplied_credit" not in books(world)
    assert_sound(world)


def test_credit_that_is_left_to_the_payer_lowers_nothing(world: World) -> None:
    world.set_portal(credit_applies_by_itself=False)
    invoice = world.invoice(NewLine("November", 50_000))
    world.pay(world.card(), [(invoice.public_id, 80_000)])
    following = world.invoice(NewLine("December", 100_000))
    assert world.fresh(following).open_minor == 100_000
    assert world.outstanding == 100_000
    assert world.pay(world.card()).amount_minor == 100_000
    assert_sound(world)


def test_a_biller_that_takes_whole_invoices_only(world: World) -> None:
    world.set_portal(partial_payment_allowed=False)
    invoice = world.invoice()
    with pytest.raises(errors.Invalid, match=r"Pay this invoice in full: \$3,200\.00\."):
        world.pay(world.card(), [(invoice.public_id, 100_000)])


def test_the_same_key_finds_its_payment_when_the_method_is_gone(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))
    ref = submit.run(actor=world.payer, now=world.now, submission=submission)
    change.delete(actor=world.payer, now=world.now, ref=method)
    assert submit.run(actor=world.payer, now=world.now, submission=submission) == ref
    with pytest.raises(errors.Invalid, match="Choose how you want to pay"):
        world.review(world.order(method, whole(world.invoice())))


# -- Many at once -------------------------------------------------------------------------------------------------


def test_two_outcomes_of_one_payment_in_one_call(world: World) -> None:
    payment = world.pay(world.bank(), whole(world.invoice()))
    day = date(2026, 11, 24)
    told = [
        Outcome(payment.id, base.Funded("ch_x", day), "event"),
        Outcome(payment.id, base.Returned("ch_x", "R01", day + timedelta(2)), "event"),
    ]
    done = record_results.run(actor=GATEWAY, now=world.now, outcomes=told)
    assert [result.status for result in done] == ["pending", "returned"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, effective_on FROM ledger_entry WHERE source_ref = %s ORDER BY id",
            [payment.public_id],
        )
        assert cursor.fetchall() == [("payment.funded", day), ("payment.returned", day + timedelta(2))]
    assert verify.run(biller_id=world.biller_id) == []


def test_a_contradiction_is_set_aside_and_stops_no_other(world: World) -> None:
    first = world.pay(world.card("4000000000009995"), whole(world.invoice(NewLine("A", 10_000))))
    second = world.pay(world.bank(), [(world.invoice(NewLine("B", 20_000)).public_id, 20_000)])
    told = [
        Outcome(first.id, base.Settled("ch_x"), "event"),
        Outcome(second.id, base.Funded("ch_y", date(2026, 11, 24)), "event"),
    ]
    done = record_results.run(actor=GATEWAY, now=world.now, outcomes=told)
    assert done[0].set_aside == "Settled for a payment that is declined"
    assert (done[0].status, done[1].events) == ("declined", ("payment.funded",))
