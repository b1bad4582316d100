"""What a crash leaves lying is taken up, and what cannot be recorded stops nothing else."""

from __future__ import annotations

import pytest
from django.db import DataError

from counterfoil.core import failpoints
from counterfoil.core.actor import GATEWAY, OPERATOR, WORKER
from counterfoil.flows.billers import change_settings
from counterfoil.flows.books import catch_up, verify
from counterfoil.flows.invoices import apply_credit
from counterfoil.flows.payments import record_results
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.gateways import base
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewLine
from counterfoil.ledger import queries as ledger_queries
from counterfoil.notices import queries as notice_queries
from tests.factories.world import World

TOO_LONG = base.Settled("ch_" + "a" * 400)


class Crash(BaseException):
    """The process ends here."""


def die(name: str) -> None:
    if name == "commit.after":
        raise Crash


def test_credit_that_a_crash_left_lying_is_spent(world: World) -> None:
    paid = world.invoice(NewLine("November", 50_000))
    world.pay(world.card(), [(paid.public_id, 80_000)])
    with pytest.raises(Crash), failpoints.attached(die):
        world.invoice(NewLine("December", 100_000))
    [following] = invoice_queries.list_open(
        actor=world.payer, payer_id=world.payer_id, account_id=world.account_id
    )
    assert following.open_minor == 100_000

    catch_up.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.fresh(following).open_minor == 70_000
    assert ledger_queries.list_credits(actor=WORKER, biller_id=world.biller_id) == set()
    assert apply_credit.run_left(actor=WORKER, now=world.now, biller_id=world.biller_id) == 0
    assert verify.run(biller_id=world.biller_id) == []


def test_an_outcome_the_database_refuses_stops_no_other(world: World) -> None:
    method = world.card()
    waiting = []
    for _ in range(2):
        invoice = world.invoice()
        world.sandbox.arm("answer_lost_after", times=1)
        waiting.append(world.pay(method, [(invoice.public_id, invoice.open_minor)]))
    results: list[base.Result] = [TOO_LONG, base.Settled("ch_1")]
    outcomes = [Outcome(p.id, result, "look_up") for p, result in zip(waiting, results, strict=True)]
    record_results.run(actor=GATEWAY, now=world.now, outcomes=outcomes)

    assert [world.payment(p.public_id).public_status for p in waiting] == ["Pending", "Paid"]
    assert verify.run(biller_id=world.biller_id) == []
    with pytest.raises(DataError):
        record_results.run(actor=GATEWAY, now=world.now, outcomes=outcomes[:1])


def test_a_code_of_any_length_is_recorded(world: World) -> None:
    invoice = world.invoice()
    world.sandbox.arm("answer_lost_after", times=1)
    payment = world.pay(world.card(), [(invoice.public_id, invoice.open_minor)])
    declined = base.Declined("ch_1", base.DeclineClass.SOFT_FUNDS, "insufficient_funds_" * 5)
    record_results.run(actor=GATEWAY, now=world.now, outcomes=[Outcome(payment.id, declined, "look_up")])
    assert world.payment(payment.public_id).reason_code == ("insufficient_funds_" * 5)[:40]


def test_receipts_are_mailed_where_the_biller_wants_them(world: World) -> None:
    def receipts() -> int:
        rows = notice_queries.list_for_payers(world.staff, payer_ids=[world.payer_id], limit=10)
        return sum(row.key == "payment_receipt" for row in rows)

    method = world.card()
    world.invoice()
    world.pay(method)
    assert receipts() == 1
    change_settings.run(
        actor=OPERATOR,
        now=world.now,
        biller_id=world.biller_id,
        section="payments",
        changes={"receipt_by_email": False},
    )
    world.invoice()
    world.pay(method)
    assert receipts() == 1
