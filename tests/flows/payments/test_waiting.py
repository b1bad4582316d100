"""A bank account that only two small amounts can confirm, and the payments that wait for it (NA-08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from counterfoil.core import errors, failpoints
from counterfoil.core.actor import GATEWAY, WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.methods import change, validate
from counterfoil.flows.payments import call_gateway, give_up, submit, waiting
from counterfoil.gateways import micro_deposits
from counterfoil.methods import queries as method_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories.world import World

BY_AMOUNTS = "000555555551"


class Crash(BaseException):
    """The process dies here."""


def pending(world: World) -> tuple[str, str]:
    token = world.sandbox.bank(BY_AMOUNTS)
    return world.save("bank", token), token


def paid(world: World, method: str) -> PaymentRow:
    invoice = world.invoice()
    return world.pay(method, [(invoice.public_id, invoice.total_minor)])


def standing(world: World, ref: str) -> str:
    return method_queries.get(actor=world.payer, public_id=ref).validation


def confirm(world: World, ref: str, amounts: tuple[int, int]) -> micro_deposits.DepositsAnswer:
    return validate.run(actor=world.payer, now=world.now, ref=ref, amounts=amounts)


def follow(world: World) -> None:
    validate.follow(actor=WORKER, now=world.now, biller_id=world.biller_id)


def call(world: World, payment: PaymentRow) -> PaymentRow:
    call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment.id)
    return world.payment(payment.public_id)


def jobs_of(payment: PaymentRow) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'call_gateway' AND args->>'payment_id' = %s",
            [str(payment.id)],
        )
        return int(cursor.fetchone()[0])


def notices(payment: PaymentRow) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM notices_notice WHERE subject_ref = %s ORDER BY id", [payment.public_id]
        )
        return [row[0] for row in cursor.fetchall()]


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def test_a_payment_may_be_submitted_and_waits(world: World) -> None:
    method, _token = pending(world)
    assert standing(world, method) == "pending"
    invoice = world.invoice()
    payment = world.pay(method, [(invoice.public_id, invoice.total_minor)])
    assert (payment.status, payment.public_status) == ("awaiting_validation", "Action needed")
    assert world.fresh(invoice).pending_minor == invoice.total_minor
    assert world.outstanding == 0
    assert notices(payment) == ["amounts_awaited"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_attempt WHERE payment_id = %s", [payment.id])
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT z.text FROM agreements_authorization z WHERE z.id = %s", [payment.authorization_id]
        )
        assert "after I confirm this account by two small amounts, Tuesday, December 1, 2026" in str(
            cursor.fetchone()[0]
        )
    with pytest.raises(errors.Stale):
        world.pay(world.card(), [(invoice.public_id, invoice.total_minor)])
    assert_sound(world)


def test_the_right_amounts_send_it_by_itself(world: World) -> None:
    method, token = pending(world)
    payment = paid(world, method)
    world.sandbox.wait(days=4)
    amounts = world.sandbox.amounts(token)
    assert confirm(world, method, (amounts[1], amounts[0])) == micro_deposits.Matched()
    assert standing(world, method) == "passed"
    now = world.payment(payment.public_id)
    assert (now.status, jobs_of(payment)) == ("submitting", 1)
    # The day of submitting counts for lateness; the bank's days begin when it is sent.
    assert now.submitted_on == payment.submitted_on
    assert now.effective_on > payment.effective_on
    assert now.paid_on is not None
    assert now.returnable_until is not None
    assert now.returnable_until - now.effective_on == timedelta(days=60)
    sent = call(world, payment)
    assert sent.status == "pending"
    assert notices(payment) == ["amounts_awaited", "payment_receipt"]
    # Typed again, in another tab, by the sweep: nothing more happens.
    assert confirm(world, method, (1, 1)) == micro_deposits.Matched()
    follow(world)
    assert jobs_of(payment) == 1
    assert len(world.sandbox.movements()) == 0
    assert_sound(world)


def test_another_payment_from_it_is_sent_at_once_afterwards(world: World) -> None:
    method, token = pending(world)
    world.sandbox.wait(days=4)
    confirm(world, method, world.sandbox.amounts(token))
    assert paid(world, method).status == "pending"


def test_amounts_that_cannot_be_use_up_no_try(world: World) -> None:
    method, token = pending(world)
    assert confirm(world, method, (5, 6)) == micro_deposits.NotArrived()
    world.sandbox.wait(days=4)
    for wrong in ((0, 5), (5, 100)):
        with pytest.raises(errors.Invalid):
            confirm(world, method, wrong)
    right = world.sandbox.amounts(token)
    assert confirm(world, method, (right[0] % 99 + 1, right[1])) == micro_deposits.Mismatched(2)
    assert confirm(world, method, right) == micro_deposits.Matched()


def test_three_wrong_pairs_lock_it_and_cancel_what_waits(world: World) -> None:
    method, token = pending(world)
    payment = paid(world, method)
    world.sandbox.wait(days=4)
    right = world.sandbox.amounts(token)
    answers = [confirm(world, method, (right[0] % 99 + 1, right[1])) for _ in range(3)]
    assert answers[-1] == micro_deposits.Locked()
    assert confirm(world, method, right) == micro_deposits.Locked()
    ended = world.payment(payment.public_id)
    assert (ended.status, ended.reason_code) == ("canceled", "unvalidated_locked")
    assert notices(payment) == ["amounts_awaited", "amounts_not_confirmed"]
    assert world.outstanding == payment.amount_minor
    with pytest.raises(errors.Invalid):
        paid(world, method)
    assert_sound(world)


def test_reminded_on_the_second_and_fifth_day_and_canceled_on_the_tenth(world: World) -> None:
    method, _token = pending(world)
    payment = paid(world, method)
    told = []
    for _ in range(11):
        world.sandbox.wait(days=1)
        follow(world)
        follow(world)
        told.append(len(notices(payment)))
    assert told == [1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4]
    assert notices(payment)[-1] == "amounts_not_confirmed"
    ended = world.payment(payment.public_id)
    assert (ended.status, ended.reason_code) == ("canceled", "unvalidated_late")
    assert world.outstanding == payment.amount_minor
    # Late by a day: the account is confirmed, what was canceled stays so.
    confirm(world, method, world.sandbox.amounts(_token))
    assert standing(world, method) == "passed"
    assert world.payment(payment.public_id).status == "canceled"
    assert_sound(world)


def test_days_are_counted_after_a_week_without_a_worker(world: World) -> None:
    payment = paid(world, pending(world)[0])
    world.sandbox.wait(days=7)
    follow(world)
    assert notices(payment) == ["amounts_awaited", "amounts_awaited"]


@pytest.mark.parametrize("place", ["amounts.after", "commit.after"])
def test_a_crash_between_the_answer_and_the_sending_is_healed(world: World, place: str) -> None:
    method, token = pending(world)
    payment = paid(world, method)
    world.sandbox.wait(days=4)

    def die(reached: str) -> None:
        if reached == place:
            raise Crash

    with pytest.raises(Crash), failpoints.attached(die):
        confirm(world, method, world.sandbox.amounts(token))
    assert world.payment(payment.public_id).status == "awaiting_validation"
    follow(world)
    assert (standing(world, method), jobs_of(payment)) == ("passed", 1)
    assert call(world, payment).status == "pending"
    assert_sound(world)


def test_an_answer_that_is_lost_is_asked_for_again(world: World) -> None:
    method, token = pending(world)
    payment = paid(world, method)
    world.sandbox.wait(days=4)
    world.sandbox.arm("answer_lost_after", on="any")
    with pytest.raises(errors.Refused) as refused:
        confirm(world, method, world.sandbox.amounts(token))
    assert refused.value.code == "gateway_unavailable"
    assert standing(world, method) == "pending"
    assert confirm(world, method, world.sandbox.amounts(token)) == micro_deposits.Matched()
    assert jobs_of(payment) == 1


def test_a_method_taken_away_is_never_sent(world: World) -> None:
    method, _token = pending(world)
    payment = paid(world, method)
    change.delete(actor=world.payer, now=world.now, ref=method)
    with pytest.raises(errors.NotFound):
        confirm(world, method, (1, 2))
    follow(world)
    ended = world.payment(payment.public_id)
    assert (ended.status, ended.reason_code) == ("canceled", "unvalidated_gone")
    assert_sound(world)


def test_a_disabled_method_waits_until_it_is_enabled(world: World) -> None:
    method, token = pending(world)
    payment = paid(world, method)
    change.disable(actor=world.payer, now=world.now, ref=method)
    world.sandbox.wait(days=4)
    confirm(world, method, world.sandbox.amounts(token))
    assert world.payment(payment.public_id).status == "awaiting_validation"
    change.enable(actor=world.payer, now=world.now, ref=method)
    follow(world)
    assert jobs_of(payment) == 1


def test_another_method_is_chosen_instead(world: World) -> None:
    payment = paid(world, pending(world)[0])
    for _ in range(2):
        assert give_up.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    assert notices(payment) == ["amounts_awaited"]
    assert world.outstanding == payment.amount_minor
    again = paid(world, world.card())
    assert again.status == "settled"
    assert not give_up.run(actor=world.payer, now=world.now, payment_ref=again.public_id)
    assert_sound(world)


def test_the_payer_and_the_sweep_at_once_send_it_once(world: World) -> None:
    method, token = pending(world)
    payment = paid(world, method)
    world.sandbox.wait(days=4)
    confirm(world, method, world.sandbox.amounts(token))
    [row] = [method_queries.get(actor=world.payer, public_id=method)]
    assert waiting.send(actor=WORKER, now=world.now, method_id=row.id) == 0
    waiting.cancel(actor=WORKER, now=world.now, payment_ids=[payment.id], why="late")
    assert world.payment(payment.public_id).status == "submitting"
    assert jobs_of(payment) == 1


def test_the_same_submission_again_gives_the_same_payment(world: World) -> None:
    method, _token = pending(world)
    invoice = world.invoice()
    submission = world.review(world.order(method, [(invoice.public_id, invoice.total_minor)]))
    refs = {submit.run(actor=world.payer, now=world.now, submission=submission) for _ in range(2)}
    assert len(refs) == 1


def test_others_cannot_type_the_amounts(world: World) -> None:
    method, token = pending(world)
    _account, stranger_id = world.add_resident("Nora Neighbor", "nora@example.test")
    stranger = world.payer_actor(stranger_id, "Nora Neighbor")
    with pytest.raises(errors.NotFound):
        validate.run(actor=stranger, now=world.now, ref=method, amounts=world.sandbox.amounts(token))


def test_the_account_a_bank_does_not_know_is_still_refused(world: World) -> None:
    with pytest.raises(errors.Invalid):
        world.bank("000444444440")
