"""New invoices are announced to who gets them by e-mail, when asked to; an import announces nothing by itself."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from counterfoil.core import db
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.invoices import issue
from counterfoil.flows.payments import settle_matured
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.models import Notice
from counterfoil.payers import operations as payer_operations, queries as payer_queries
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
