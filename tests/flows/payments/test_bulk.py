"""The one door is made for many: two hundred outcomes at once leave the same rows as one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import connection

from counterfoil.core import errors
from counterfoil.core.actor import GATEWAY, OPERATOR, WORKER
from counterfoil.flows.books import verify
from counterfoil.flows.invoices import issue
from counterfoil.flows.payments import birth, record_results
from counterfoil.flows.payments.birth import Born
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.gateways import base
from counterfoil.gateways.sandbox import client
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.payments.policy import Matured
from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes
from tests.factories.world import World

DAY = date(2026, 11, 24)
DECLINED = base.Declined("", base.DeclineClass.SOFT_FUNDS, "insufficient_funds")
# What is told of the payments, one after the other, three times; each list is as long as there are payments.
ROUNDS: list[list[Any]] = [
    [base.Settled(""), base.Accepted("", DAY), DECLINED, base.Unknown("lost"), base.Funded("", DAY)],
    [base.Settled(""), base.Funded("", DAY), base.Settled(""), base.Fenced(), Matured(DAY)],
    [DECLINED, Matured(DAY), DECLINED, base.Settled(""), base.Returned("", "R10", DAY)],
]
TABLES = {
    "payments_payment": "status, amount_minor, funded_on, settled_at, ended_at, decline_class, reason_code",
    "payments_allocation": "kind, amount_minor, applied_on, released_on",
    "payments_attempt": "number, next_check_at, checks, ended_at, result",
    "payment_event": "event, at, actor_ref, details",
    "invoices_invoice": "number, status, open_minor, pending_minor, paid_on",
    "ledger_entry": "kind, posted_at, posted_on, effective_on",
    "ledger_line": "account, amount_minor, currency",
    "audit_event": "at, actor_kind, action, details",
    "notices_notice": "key, locale, created_at",
}


@dataclass
class Place:
    """A biller whose residents have each submitted a payment."""

    world: World
    payment_ids: list[int]


@pytest.fixture
def places(db: None, sandbox_database_url: str) -> Iterator[tuple[Place, Place]]:
    opened: store.Store = sandboxes.prepared_store(sandbox_database_url)
    made = tuple(place(World(sandboxes.practice(opened)), count=10) for _ in range(2))
    yield made[0], made[1]
    for each in made:
        client.mount(base_url=each.world.sandbox.base_url, transport=None)
    opened.close()


def place(world: World, *, count: int) -> Place:
    residents = [world.add_resident(f"Resident {i}", f"r{i}@example.test") for i in range(count)]
    drafts = [
        NewInvoice(
            world.biller_id,
            account,
            payer,
            f"N-{i}",
            world.today,
            world.today,
            "USD",
            (NewLine("Rent", 1_000 + i),),
        )
        for i, (account, payer) in enumerate(residents)
    ]
    issue.run(actor=OPERATOR, now=world.now, biller_id=world.biller_id, drafts=drafts)
    submissions = []
    for i, (account, payer) in enumerate(residents):
        actor = world.payer_actor(payer)
        method = world.bank(actor=actor) if i % 5 in {1, 4} else world.card(actor=actor)
        amounts = () if i % 2 else ((invoice_ref(world, i), 1_500 + i),)
        order = PayOrder(payer, account, method, Mode.INVOICES if amounts else Mode.OUTSTANDING, amounts)
        submissions.append(world.review(order, actor=actor, key=f"k{i}"))
    births = birth.run(actor=OPERATOR, now=world.now, submissions=submissions, calls_now=True)
    return Place(world, [born.payment_id for born in births if isinstance(born, Born)])


def invoice_ref(world: World, i: int) -> str:
    return str(rows(world, "SELECT public_id FROM invoices_invoice WHERE biller_id = %s ORDER BY id")[i][0])


def rows(world: World, statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [world.biller_id])
        return list(cursor.fetchall())


def test_many_at_once_are_as_one_by_one(places: tuple[Place, Place]) -> None:
    at_once, singly = places
    for told in ROUNDS:
        outcomes = [told[i % len(told)] for i in range(10)]
        record(at_once, outcomes, size=10)
        record(singly, outcomes, size=1)
        for table, columns in TABLES.items():
            statement = f"SELECT {columns} FROM {table} WHERE biller_id = %s"
            there, here = (sorted(map(str, rows(each.world, statement))) for each in places)
            assert there == here, table
        assert [verify.run(biller_id=each.world.biller_id) for each in places] == [[], []]


def record(where: Place, outcomes: list[Any], *, size: int) -> None:
    told = [
        Outcome(payment_id, outcome, "event")
        for payment_id, outcome in zip(where.payment_ids, outcomes, strict=True)
    ]
    for start in range(0, len(told), size):
        record_results.run(actor=GATEWAY, now=where.world.now, outcomes=told[start : start + size])


def test_again_changes_nothing(places: tuple[Place, Place]) -> None:
    where = places[0]
    outcomes = [ROUNDS[0][i % 5] for i in range(10)]
    record(where, outcomes, size=10)
    statement = "SELECT count(*), max(id) FROM {} WHERE biller_id = %s"
    before = [rows(where.world, statement.format(table)) for table in TABLES]
    record(where, outcomes, size=10)
    assert [rows(where.world, statement.format(table)) for table in TABLES] == before


def test_a_thousand_and_no_more(world: World) -> None:
    with pytest.raises(ValueError, match="too many"):
        record_results.run(actor=WORKER, now=world.now, outcomes=[Outcome(1, base.Fenced(), "fence")] * 1_001)


def test_an_outcome_of_nobody_is_left_out(world: World) -> None:
    assert (
        record_results.run(actor=WORKER, now=world.now, outcomes=[Outcome(0, base.Fenced(), "fence")]) == []
    )


def test_one_order_that_will_not_do_stops_no_other(world: World) -> None:
    world.invoice()
    good = world.review(world.order(world.card()))
    account_id, payer_id = world.add_resident("Howard Marsh")
    bad = Submission(PayOrder(payer_id, account_id, "mth_gone", Mode.OUTSTANDING), "form", "k2", "seen")
    first, second = birth.run(actor=OPERATOR, now=world.now, submissions=[good, bad], calls_now=True)
    assert isinstance(first, Born)
    assert isinstance(second, errors.Invalid)
