"""Void, credit, change and readdress: the books stay whole, nobody is charged for it, and everybody is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.books import verify
from counterfoil.flows.invoices import credit, void
from counterfoil.flows.payments import record_by_hand
from counterfoil.flows.schedules import change_invoice as change, readdress_invoice as readdress
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewLine
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.ledger import queries as ledger_queries
from counterfoil.notices.models import Notice
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payments import balances
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def told(world: World) -> list[tuple[int | None, str]]:
    rows = Notice.objects.filter(biller_id=world.biller_id).exclude(
        key__in=["payment_receipt", "method_added"]
    )
    return list(rows.order_by("pk").values_list("payer_id", "key"))


def data(world: World, key: str, payer_id: int = 0) -> dict[str, Any]:
    found = Notice.objects.get(biller_id=world.biller_id, key=key, payer_id=payer_id or world.payer_id)
    return dict(found.data)


def credit_of(world: World) -> int:
    pair = (world.account_id, world.payer_id)
    return ledger_queries.credits_of(actor=OPERATOR, pairs={pair}).get(pair, 0)


def owes(payer_id: int) -> int:
    return sum(row.outstanding_minor for row in balances.list_for(actor=OPERATOR, payer_ids=[payer_id]))


def hand_in(world: World, amount_minor: int, key: str = "k1") -> str:
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    record = record_by_hand.Record(
        account.public_id, payer.public_id, "check", amount_minor, world.today, "oldest", key, "2041"
    )
    return record_by_hand.run(actor=world.staff, now=world.now, record=record)


def second_payer(world: World) -> tuple[int, str]:
    """Let somebody else pay for the world's account too."""
    _, payer_id = world.add_resident("Daniel Whitfield", "daniel@example.test")
    with db.transaction():
        payer_operations.link_many(
            biller_id=world.biller_id,
            new=[
                payer_operations.NewLink(
                    account_id=world.account_id, payer_id=payer_id, relation="child", is_default=False
                )
            ],
        )
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[payer_id])
    return payer_id, payer.public_id


def changed(invoice: InvoiceRow, *lines: NewLine, days: int = 0, key: str = "k") -> change.Change:
    return change.Change(invoice.due_on + timedelta(days=days), lines, "Two days less", key)


def viewer(world: World) -> Actor:
    staff = world.staff.staff[0]
    grant = type(staff)(world.biller_id, permissions.of_role(permissions.VIEWER))
    return Actor(kind=world.staff.kind, ref="lgn_viewer", name="Viewer", login_id=1, staff=(grant,))


def test_a_void_invoice_owes_nothing_and_says_so(world: World) -> None:
    invoice = world.invoice()
    void.run(actor=world.staff, now=world.now, ref=invoice.public_id, reason="Sent twice")
    assert world.fresh(invoice).status == "void"
    assert world.outstanding == 0
    assert told(world) == [(world.payer_id, "invoice_voided")]
    assert data(world, "invoice_voided")["reason"] == "Sent twice"
    assert data(world, "invoice_voided")["credit_minor"] == 0
    assert verify.run(biller_id=world.biller_id) == []


def test_what_was_paid_on_it_becomes_credit(world: World) -> None:
    invoice = world.invoice()
    world.pay(world.card(), [(invoice.public_id, 100_000)])
    void.run(actor=world.staff, now=world.now, ref=invoice.public_id)
    assert credit_of(world) == 100_000
    assert data(world, "invoice_voided")["credit_minor"] == 100_000
    assert verify.run(biller_id=world.biller_id) == []


def test_that_credit_pays_the_next_invoice(world: World) -> None:
    wrong, right = world.invoice(due_in=5), world.invoice(due_in=9)
    world.pay(world.card(), [(wrong.public_id, 100_000)])
    void.run(actor=world.staff, now=world.now, ref=wrong.public_id)
    assert credit_of(world) == 0
    assert world.fresh(right).open_minor == 220_000
    assert verify.run(biller_id=world.biller_id) == []


def test_nothing_is_voided_while_a_payment_is_on_its_way(world: World) -> None:
    invoice = world.invoice()
    world.pay(world.bank(), [(invoice.public_id, 100_000)])
    before = told(world)
    with pytest.raises(errors.Stale):
        void.run(actor=world.staff, now=world.now, ref=invoice.public_id)
    assert world.fresh(invoice).status == "open"
    assert told(world) == before


def test_a_second_click_on_void_changes_nothing(world: World) -> None:
    invoice = world.invoice()
    void.run(actor=world.staff, now=world.now, ref=invoice.public_id)
    with pytest.raises(errors.Stale):
        void.run(actor=world.staff, now=world.now, ref=invoice.public_id)
    assert len(told(world)) == 1


def test_a_credit_lowers_what_is_owed_once_for_a_form(world: World) -> None:
    invoice = world.invoice()
    for _click in range(2):
        credit.run(
            actor=world.staff,
            now=world.now,
            ref=invoice.public_id,
            amount_minor=20_000,
            reason="Away",
            key="k",
        )
    assert world.fresh(invoice).open_minor == 300_000
    assert world.outstanding == 300_000
    assert told(world) == [(world.payer_id, "invoice_credited")]
    assert data(world, "invoice_credited")["open_minor"] == 300_000
    assert verify.run(biller_id=world.biller_id) == []


def test_a_credit_of_all_closes_it_and_a_second_click_changes_nothing(world: World) -> None:
    invoice = world.invoice()
    given: dict[str, Any] = {"ref": invoice.public_id, "amount_minor": 320_000, "reason": ""}
    for _click in range(2):
        credit.run(actor=world.staff, now=world.now, key="k", **given)
    assert world.fresh(invoice).status == "paid"
    with pytest.raises(errors.Stale):
        credit.run(actor=world.staff, now=world.now, key="another form", **given)
    assert verify.run(biller_id=world.biller_id) == []


def test_no_more_is_credited_than_is_owed_and_not_on_its_way(world: World) -> None:
    invoice = world.invoice()
    world.pay(world.bank(), [(invoice.public_id, 300_000)])
    for amount in (0, -1, 20_001, 320_000):
        with pytest.raises(errors.Invalid):
            credit.run(
                actor=world.staff,
                now=world.now,
                ref=invoice.public_id,
                amount_minor=amount,
                reason="",
                key="k",
            )
    credit.run(
        actor=world.staff, now=world.now, ref=invoice.public_id, amount_minor=20_000, reason="", key="k"
    )
    assert verify.run(biller_id=world.biller_id) == []


def test_lines_and_due_date_change_with_the_books(world: World) -> None:
    invoice = world.invoice()
    wanted = changed(invoice, NewLine("Rent", 300_000), NewLine("Salon", 4_500), days=7)
    assert change.run(actor=world.staff, now=world.now, ref=invoice.public_id, change=wanted)
    now = world.fresh(invoice)
    assert (now.total_minor, now.open_minor) == (304_500, 304_500)
    assert now.due_on == invoice.due_on + timedelta(days=7)
    lines = invoice_queries.list_lines(actor=world.staff, invoice_id=invoice.id)
    assert [(line.description, line.amount_minor) for line in lines] == [("Rent", 300_000), ("Salon", 4_500)]
    said = data(world, "invoice_changed")
    assert said["due_on_before"] == invoice.due_on.isoformat()
    assert (said["total_before_minor"], said["total_minor"]) == (320_000, 304_500)
    assert verify.run(biller_id=world.biller_id) == []
    # The same form again.
    assert not change.run(actor=world.staff, now=world.now, ref=invoice.public_id, change=wanted)
    assert len(told(world)) == 1


def test_more_than_before_is_owed_when_a_line_is_added(world: World) -> None:
    invoice = world.invoice()
    world.pay(world.card(), [(invoice.public_id, 100_000)])
    wanted = changed(invoice, NewLine("Rent", 320_000), NewLine("Salon", 4_500))
    change.run(actor=world.staff, now=world.now, ref=invoice.public_id, change=wanted)
    assert world.fresh(invoice).open_minor == 224_500
    assert verify.run(biller_id=world.biller_id) == []


def test_a_total_cannot_fall_below_what_was_paid_or_is_on_its_way(world: World) -> None:
    invoice = world.invoice()
    world.pay(world.card(), [(invoice.public_id, 100_000)])
    world.pay(world.bank(), [(invoice.public_id, 50_000)])
    for lines in ((NewLine("Rent", 149_999),), (NewLine("Rent", 0),), ()):
        with pytest.raises(errors.Invalid):
            change.run(
                actor=world.staff, now=world.now, ref=invoice.public_id, change=changed(invoice, *lines)
            )
    change.run(
        actor=world.staff,
        now=world.now,
        ref=invoice.public_id,
        change=changed(invoice, NewLine("Rent", 150_000)),
    )
    assert world.fresh(invoice).open_minor == 50_000
    assert verify.run(biller_id=world.biller_id) == []


def test_another_addressee_owes_the_rest_and_both_are_told(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card(), [(invoice.public_id, 100_000)])
    new_id, new_ref = second_payer(world)
    readdress.run(actor=world.staff, now=world.now, ref=invoice.public_id, payer_ref=new_ref)
    assert world.fresh(invoice).payer_id == new_id
    assert (owes(world.payer_id), owes(new_id)) == (0, 220_000)
    assert world.payment(payment.public_id).payer_id == world.payer_id
    assert sorted(told(world)) == [
        (world.payer_id, "invoice_handed_over"),
        (new_id, "invoice_readdressed"),
    ]
    assert data(world, "invoice_handed_over")["paid_minor"] == 100_000
    assert data(world, "invoice_readdressed", new_id)["open_minor"] == 220_000
    assert verify.run(biller_id=world.biller_id) == []


def test_not_to_a_stranger_not_to_the_same_and_not_while_a_payment_is_on_its_way(world: World) -> None:
    invoice = world.invoice()
    _, stranger = world.add_resident("Nora Neighbor", "nora@example.test")
    refs = {
        row.id: row.public_id
        for row in payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[stranger, world.payer_id])
    }
    for payer_id in (stranger, world.payer_id):
        with pytest.raises(errors.Invalid):
            readdress.run(actor=world.staff, now=world.now, ref=invoice.public_id, payer_ref=refs[payer_id])
    _, new_ref = second_payer(world)
    world.pay(world.bank(), [(invoice.public_id, 1_000)])
    with pytest.raises(errors.Stale):
        readdress.run(actor=world.staff, now=world.now, ref=invoice.public_id, payer_ref=new_ref)
    assert world.fresh(invoice).payer_id == world.payer_id


def test_only_who_may_change_invoices_does(world: World) -> None:
    invoice = world.invoice()
    _, ref = second_payer(world)
    acts = (
        lambda actor: void.run(actor=actor, now=world.now, ref=invoice.public_id),
        lambda actor: credit.run(
            actor=actor, now=world.now, ref=invoice.public_id, amount_minor=1, reason="", key="k"
        ),
        lambda actor: change.run(
            actor=actor, now=world.now, ref=invoice.public_id, change=changed(invoice, NewLine("x", 1))
        ),
        lambda actor: readdress.run(actor=actor, now=world.now, ref=invoice.public_id, payer_ref=ref),
    )
    for actor in (viewer(world), world.payer):
        for act in acts:
            with pytest.raises((errors.NotPermitted, errors.NotFound)):
                act(actor)
    assert world.fresh(invoice) == invoice
    assert told(world) == []


def test_a_check_pays_the_oldest_first_and_the_rest_is_credit(world: World) -> None:
    late, later = world.invoice(due_in=3), world.invoice(due_in=9)
    ref = hand_in(world, 650_000)
    assert hand_in(world, 650_000) == ref
    assert [world.fresh(row).status for row in (late, later)] == ["paid", "paid"]
    assert credit_of(world) == 10_000
    payment = world.payment(ref)
    assert (payment.public_status, payment.origin, payment.method_label) == ("Paid", "hand", "Check 2041")
    said = data(world, "payment_recorded")
    assert said["credit_minor"] == 10_000
    assert [line["amount_minor"] for line in said["lines"]] == [320_000, 320_000]
    assert told(world) == [(world.payer_id, "payment_recorded")]
    assert verify.run(biller_id=world.biller_id) == []


def test_what_is_on_its_way_is_not_paid_again_by_a_check(world: World) -> None:
    invoice = world.invoice()
    world.pay(world.bank(), [(invoice.public_id, 300_000)])
    hand_in(world, 100_000)
    assert (world.fresh(invoice).open_minor, credit_of(world)) == (300_000, 80_000)
    assert verify.run(biller_id=world.biller_id) == []


def test_the_same_form_with_another_amount_is_refused(world: World) -> None:
    world.invoice()
    hand_in(world, 1_000)
    with pytest.raises(errors.Stale):
        hand_in(world, 2_000)
