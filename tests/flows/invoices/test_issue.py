"""Bills are put in front of payers, with their entry in the books, all or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.books import verify
from counterfoil.flows.invoices import issue
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewInvoice, NewLine
from tests.factories.world import World


def draft(world: World, number: str = "INV-1", *amounts: int) -> NewInvoice:
    return NewInvoice(
        biller_id=world.biller_id,
        account_id=world.account_id,
        payer_id=world.payer_id,
        number=number,
        issued_on=world.today,
        due_on=world.today + timedelta(days=10),
        currency="USD",
        lines=tuple(NewLine(f"Line {i}", amount) for i, amount in enumerate(amounts or (5_000,))),
    )


def put(world: World, *drafts: NewInvoice) -> dict[str, int]:
    return issue.run(actor=world.staff, now=world.now, biller_id=world.biller_id, drafts=drafts)


def test_a_bill_of_several_lines_one_of_them_a_discount(world: World) -> None:
    ids = put(world, draft(world, "INV-1", 320_000, -20_000, 1))
    row = invoice_queries.list_by_ids(actor=world.payer, invoice_ids=[ids["INV-1"]])[0]
    assert (row.status, row.total_minor, row.open_minor) == ("open", 300_001, 300_001)
    assert world.outstanding == 300_001
    assert verify.run(biller_id=world.biller_id) == []


@pytest.mark.parametrize(
    ("changes", "field"), [({"lines": ()}, "lines"), ({"lines": (NewLine("x", -5),)}, "lines")]
)
def test_a_total_that_is_not_above_zero(world: World, changes: dict[str, object], field: str) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        put(world, draft(world, "INV-0"), replace(draft(world), **changes))
    assert refusal.value.field == field
    assert world.outstanding == 0


def test_a_number_that_is_taken_refuses_the_whole_commit(world: World) -> None:
    put(world, draft(world, "INV-1"))
    with pytest.raises(IntegrityError, match="invoice_number"):
        put(world, draft(world, "INV-2"), draft(world, "INV-1"))
    assert world.outstanding == 5_000


def test_due_before_issued(world: World) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        put(world, replace(draft(world), due_on=world.today - timedelta(days=1)))
    assert refusal.value.field == "due_on"


def test_staff_of_another_biller_and_payers_may_not(world: World) -> None:
    other = World(world.sandbox)
    with pytest.raises(errors.NotPermitted):
        issue.run(actor=other.staff, now=world.now, biller_id=world.biller_id, drafts=[draft(world)])
    with pytest.raises(errors.NotPermitted):
        issue.run(actor=world.payer, now=world.now, biller_id=world.biller_id, drafts=[draft(world)])
    with pytest.raises(errors.NotPermitted):
        issue.run(actor=OPERATOR, now=world.now, biller_id=other.biller_id, drafts=[draft(world)])
