"""New invoices are announced to who gets them by e-mail, when asked to; an import announces nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.models import GatewayConnection
from counterfoil.core import db
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.invoices import announce, issue
from counterfoil.flows.payments import settle_matured
from counterfoil.flows.schedules import pause, skip_once
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.methods.models import PaymentMethod
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.models import Notice
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.models import Enrollment
from tests.factories import later
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def issued(world: World, *, due_in: int = 10, tells_payers: bool = True) -> None:
    draft = NewInvoice(
        biller_id=world.biller_id,
        account_id=world.account_id,
        payer_id=world.payer_id,
        number=f"N-{due_in}",
        issued_on=world.today + timedelta(days=min(due_in, 0)),
        due_on=world.today + timedelta(days=due_in),
        currency="USD",
        lines=(NewLine("Rent", 320_000),),
    )
    issue.run(
        actor=world.staff, now=world.now, biller_id=world.biller_id, drafts=[draft], tells_payers=tells_payers
    )


def told(world: World, key: str = "invoice_new") -> list[str]:
    rows = Notice.objects.filter(biller_id=world.biller_id, key=key).order_by("pk")
    return [str(data.get("invoice_number", "")) for data in rows.values_list("data", flat=True)]


def prefer(world: World, **values: str) -> None:
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    before = {
        name: getattr(payer, name) for name in ("name", "email", "phone", "locale", "invoice_preference")
    }
    with db.transaction():
        payer_operations.change_contact(payer_id=world.payer_id, values=before | values)


def choose(world: World, **switches: bool) -> None:
    with db.transaction():
        notice_operations.choose(
            biller_id=world.biller_id, payer_id=world.payer_id, switches=switches, by_ref="x", now=world.now
        )


def test_a_new_invoice_is_announced_when_asked_to(world: World) -> None:
    issued(world, tells_payers=False)
    assert told(world) == []
    issued(world, due_in=11)
    assert told(world) == ["N-11"]


def test_not_to_who_gets_paper_or_has_no_address_or_wants_none(world: World) -> None:
    prefer(world, invoice_preference="mail")
    issued(world, due_in=1)
    prefer(world, invoice_preference="email", email="")
    issued(world, due_in=2)
    prefer(world, email="eleanor@example.test")
    choose(world, invoices=False)
    issued(world, due_in=3)
    assert told(world) == []
    choose(world, invoices=True)
    issued(world, due_in=4)
    assert told(world) == ["N-4"]


def test_what_was_due_before_today_is_no_news(world: World) -> None:
    issued(world, due_in=-1)
    issued(world, due_in=0)
    assert told(world) == ["N-0"]


def written(world: World, folder: Path) -> Path:
    path = folder / "bills.csv"
    days = (world.today + timedelta(days=20), date(2020, 1, 1))
    lines = [
        f"A-9,{number},{day - timedelta(days=9)},{day},100.00,Rent,Rita Resident,Rita Resident,rita@example.test"
        for number, day in zip(("I-1", "I-2"), days, strict=True)
    ]
    head = "account,number,issued_on,due_on,line_amount,line_description,holder_name,payer_name,payer_email"
    path.write_text("\n".join([head, *lines]))
    return path


@pytest.mark.parametrize("notifies", [False, True])
def test_an_import_announces_only_when_told_to_and_never_what_is_old(
    world: World, tmp_path: Path, *, notifies: bool
) -> None:
    options = ["--notify"] if notifies else []
    call_command(
        "import", "invoices", str(written(world, tmp_path)), "--biller", world.key, "--commit", *options
    )
    assert told(world) == (["I-1"] if notifies else [])


@pytest.mark.parametrize("wants", [False, True])
def test_a_payer_is_told_that_a_bank_payment_is_paid_only_if_wanted(world: World, *, wants: bool) -> None:
    choose(world, paid=wants)
    invoice = world.invoice()
    world.pay(world.bank(), [(invoice.public_id, 320_000)])
    world.sandbox.wait(days=10)
    world.deliver()
    settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.fresh(invoice).status == "paid"
    assert len(told(world, "payment_paid")) == int(wants)


# -- What autopay tells of ------------------------------------------------------------------------------------------


def close_connections(world: World) -> None:
    GatewayConnection.objects.filter(biller_id=world.biller_id).update(is_active=False)


def expire_methods(world: World) -> None:
    last = world.today - timedelta(days=40)
    PaymentMethod.objects.filter(payer_id=world.payer_id).update(exp_month=last.month, exp_year=last.year)


def fail_three_times(world: World) -> None:
    with db.transaction():
        [row] = schedule_queries.lock_enrollments(
            enrollment_ids=Enrollment.objects.filter(payer_id=world.payer_id).values_list("pk", flat=True)
        )
        schedule_operations.move_enrollment(
            enrollment=row, to=states.PAUSED, now=world.now, pause_reason=states.FAILURES
        )


def ref(world: World) -> str:
    return str(Enrollment.objects.get(payer_id=world.payer_id).public_id)


@pytest.mark.parametrize("choices", [{}, {"account_id": None}, {"rule": "capped", "amount_minor": 320_000}])
def test_what_autopay_pays_whole_is_announced_by_autopay_alone(world: World, choices: dict[str, Any]) -> None:
    later.start(world, world.card(), **choices)
    issued(world)
    later.plan(world)
    assert told(world) == []
    assert len(told(world, "autopay_notice")) == 1


@pytest.mark.parametrize(
    "choices",
    [
        {"rule": "fixed", "amount_minor": 320_000},
        {"rule": "capped", "amount_minor": 319_999},
        {"day_rule": "day_of_month", "day": 15},
    ],
)
def test_autopay_that_may_not_pay_it_whole_or_not_soon_silences_nothing(
    world: World, choices: dict[str, Any]
) -> None:
    later.start(world, world.card(), **choices)
    issued(world)
    assert told(world) == ["N-10"]


@pytest.mark.parametrize(
    "stop",
    [
        lambda world: pause.run(actor=world.payer, now=world.now, ref=ref(world)),
        fail_three_times,
        lambda world: skip_once.run(actor=world.payer, now=world.now, ref=ref(world)),
        expire_methods,
        close_connections,
        lambda world: world.set_portal(autopay_on=False),
    ],
    ids=["paused", "failed", "skipped", "expired", "switched off", "not offered"],
)
def test_autopay_that_takes_nothing_now_silences_nothing(
    world: World, stop: Callable[[World], object]
) -> None:
    later.start(world, world.card())
    stop(world)
    issued(world)
    assert told(world) == ["N-10"]


def test_an_accounts_own_paused_autopay_stands_before_that_for_all(world: World) -> None:
    method = world.card()
    later.start(world, method, account_id=None)
    own = later.start(world, method)
    pause.run(actor=world.payer, now=world.now, ref=own.public_id)
    issued(world)
    later.plan(world)
    assert later.waiting(world) == []
    assert told(world) == ["N-10"]


def test_many_new_invoices_are_asked_about_in_as_many_statements_as_one(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    biller = biller_queries.get(biller_id=world.biller_id)
    later.start(world, world.card())
    ids = [world.invoice(due_in=10 + number).id for number in range(6)]

    def count(invoice_ids: list[int]) -> int:
        with django_assert_max_num_queries(60) as captured, db.transaction():
            announce.queue(biller=biller, invoice_ids=invoice_ids, due_from=world.today, now=world.now)
        return len(captured.captured_queries)

    assert count(ids) == count(ids[:1])
