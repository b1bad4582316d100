"""Who comes first when two come at once: exactly one wins, and nothing is charged or claimed twice."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest
from django.db import connection

from counterfoil.core import errors, http
from counterfoil.core.actor import GATEWAY, OPERATOR, WORKER
from counterfoil.flows.audit import seal, verify as verify_audit
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.invoices import apply_credit, issue
from counterfoil.flows.methods import change
from counterfoil.flows.payments import call_gateway, resolve_unknown, settle_matured, submit
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.invoices.queries import InvoiceRow
from tests.factories.world import World
from tests.races.conftest import Race

PLACES = ("", "commit.before", "commit.after", "call.before")


def whole(invoice: InvoiceRow) -> list[tuple[str, int]]:
    return [(invoice.public_id, invoice.total_minor)]


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def count(world: World, table: str, what: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE biller_id = %s AND {what}", [world.biller_id])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("meet_at", PLACES)
def test_a_double_click_is_one_payment(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    submission = world.review(world.order(world.card(), whole(invoice)))

    def click() -> str:
        return submit.run(actor=world.payer, now=world.now, submission=submission)

    first, second = race(click, click, meet_at=meet_at)
    assert first == second
    assert world.payment(first).status == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert count(world, "payments_payment") == 1
    assert_sound(world)


@pytest.mark.parametrize("meet_at", PLACES)
def test_two_people_pay_one_invoice(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    susan = world.payer_actor(world.payer_id, "Susan Whitfield", login_id=77)
    mine = world.review(world.order(world.card(), whole(invoice)))
    hers = world.review(world.order(world.card("5555555555554444"), whole(invoice)), actor=susan)
    results = race(
        lambda: submit.run(actor=world.payer, now=world.now, submission=mine),
        lambda: submit.run(actor=susan, now=world.now, submission=hers),
        meet_at=meet_at,
    )
    won = [result for result in results if isinstance(result, str)]
    lost = [result for result in results if isinstance(result, errors.Refused)]
    assert (len(won), len(lost)) == (1, 1), results
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert_sound(world)


def test_two_pay_outstanding_by_bank(world: World, race: Race) -> None:
    """Pending money is in flight: it may not exceed what is open (I5)."""
    invoice = world.invoice()
    susan = world.payer_actor(world.payer_id, "Susan Whitfield", login_id=77)
    mine = world.review(world.order(world.bank()))
    hers = world.review(world.order(world.bank("000111111116")), actor=susan)
    results = race(
        lambda: submit.run(actor=world.payer, now=world.now, submission=mine),
        lambda: submit.run(actor=susan, now=world.now, submission=hers),
        meet_at="commit.before",
    )
    assert sorted(isinstance(result, errors.Refused) for result in results) == [False, True]
    assert world.fresh(invoice).pending_minor == invoice.total_minor
    assert_sound(world)


@pytest.mark.parametrize("meet_at", ["commit.before", "commit.after", "call.before"])
def test_two_workers_make_one_call(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    submission = world.review(world.order(world.card(), whole(invoice)))
    with ExitStack() as held:
        with suppress(http.Busy):
            while True:
                held.enter_context(http.bulkhead("sandbox"))
        ref = submit.run(actor=world.payer, now=world.now, submission=submission)
    payment_id = world.payment(ref).id

    def work() -> None:
        call_gateway.run(actor=GATEWAY, now=world.now, payment_id=payment_id)

    assert race(work, work, meet_at=meet_at) == [None, None]
    assert world.payment(ref).status == "settled"
    assert world.sandbox.movements() == [("capture", invoice.total_minor)]
    assert_sound(world)


@pytest.mark.parametrize("fault", ["answer_lost_before", "answer_lost_after"])
@pytest.mark.parametrize("meet_at", ["look_up.before", "fence.before", "commit.before"])
def test_two_workers_ask_about_one_payment(world: World, race: Race, fault: str, meet_at: str) -> None:
    world.sandbox.arm(fault)
    payment = world.pay(world.card(), whole(world.invoice()))
    world.sandbox.wait(minutes=2)

    def work() -> int:
        return resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)

    race(work, work, meet_at=meet_at)
    became = "settled" if fault == "answer_lost_after" else "canceled"
    assert world.payment(payment.public_id).status == became
    assert count(world, "payment_event", f"event = 'payment.{became}'") == 1
    assert_sound(world)


def test_two_workers_settle_one_debit(world: World, race: Race) -> None:
    payment = world.pay(world.bank(), whole(world.invoice()))
    world.sandbox.wait(days=12)
    world.deliver()

    def work() -> int:
        return settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)

    race(work, work, meet_at="commit.before")
    assert world.payment(payment.public_id).status == "settled"
    assert count(world, "ledger_entry", "kind = 'payment.settled'") == 1
    assert_sound(world)


def test_two_sealers_make_one_chain(world: World, race: Race) -> None:
    world.pay(world.card(), whole(world.invoice()))

    def work() -> int:
        return seal.run(actor=WORKER, now=world.now)

    race(work, work, meet_at="commit.before")
    while seal.run(actor=WORKER, now=world.now):
        continue
    verdict = verify_audit.run(actor=WORKER, now=world.now)
    assert (verdict.is_sound, verdict.pending, verdict.sealed) == (True, 0, count_all("audit_event"))


def count_all(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_credit_is_spent_once(world: World, race: Race) -> None:
    world.set_portal(credit_applies_by_itself=False)
    first = world.invoice(NewLine("November", 50_000))
    world.pay(world.card(), [(first.public_id, 80_000)])
    second = world.invoice(NewLine("December", 100_000))
    world.set_portal(credit_applies_by_itself=True)

    def spend() -> int:
        return apply_credit.run(
            actor=WORKER, now=world.now, payer_id=world.payer_id, account_id=world.account_id
        )

    assert sorted(race(spend, spend, meet_at="commit.before")) == [0, 30_000]
    assert world.fresh(second).open_minor == 70_000
    assert_sound(world)


def test_credit_against_a_payment_of_the_same_invoice(world: World, race: Race) -> None:
    """Whoever comes second sees what the first did: never more than is open, never a debt below zero."""
    world.set_portal(credit_applies_by_itself=False)
    first = world.invoice(NewLine("November", 50_000))
    world.pay(world.card(), [(first.public_id, 80_000)])
    second = world.invoice(NewLine("December", 100_000))
    submission = world.review(world.order(world.bank(), whole(second)))
    world.set_portal(credit_applies_by_itself=True)
    race(
        lambda: apply_credit.run(
            actor=WORKER, now=world.now, payer_id=world.payer_id, account_id=world.account_id
        ),
        lambda: submit.run(actor=world.payer, now=world.now, submission=submission),
        meet_at="commit.before",
    )
    left = world.fresh(second)
    assert left.pending_minor <= left.open_minor <= 100_000
    assert_sound(world)


def test_a_bill_is_issued_while_the_balance_is_paid(world: World, race: Race) -> None:
    world.invoice(NewLine("November", 50_000))
    submission = world.review(world.order(world.card()))
    draft = NewInvoice(
        world.biller_id, world.account_id, world.payer_id, "INV-2", world.today, world.today, "USD",
        (NewLine("Guest meal", 1_500),),
    )  # fmt: skip
    paid, _ = race(
        lambda: submit.run(actor=world.payer, now=world.now, submission=submission),
        lambda: issue.run(actor=OPERATOR, now=world.now, biller_id=world.biller_id, drafts=[draft]),
        meet_at="commit.before",
    )
    # What was reviewed is charged, or the page was stale; never anything between.
    assert isinstance(paid, str | errors.Stale)
    assert world.outstanding == (1_500 if isinstance(paid, str) else 51_500)
    assert_sound(world)


def test_a_method_is_disabled_while_it_pays(world: World, race: Race) -> None:
    invoice, method = world.invoice(), world.card()
    submission = world.review(world.order(method, whole(invoice)))
    paid, _ = race(
        lambda: submit.run(actor=world.payer, now=world.now, submission=submission),
        lambda: change.disable(actor=world.payer, now=world.now, ref=method),
        meet_at="commit.before",
    )
    assert isinstance(paid, str | errors.Refused)
    assert len(world.sandbox.movements()) == isinstance(paid, str)
    assert_sound(world)
