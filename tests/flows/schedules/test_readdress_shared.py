"""An invoice that others take part of is addressed to another payer: every part, claim and cent stays whose it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.core import db, errors
from counterfoil.core.actor import GATEWAY, OPERATOR, Actor
from counterfoil.flows.books import verify
from counterfoil.flows.payments import record_results, submit
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.flows.schedules import readdress_invoice
from counterfoil.gateways import base
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.drafts import NewLink
from counterfoil.payments import balances
from counterfoil.payments.queries import PaymentRow
from counterfoil.sharing import queries as sharing_queries
from tests.factories import relatives
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []


def owes(payer_id: int) -> int:
    return sum(row.outstanding_minor for row in balances.list_for(actor=OPERATOR, payer_ids=[payer_id]))


def hand_over(world: World, invoice: InvoiceRow, payer_id: int) -> None:
    world.sandbox.time.now += timedelta(minutes=1)
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[payer_id])
    readdress_invoice.run(actor=world.staff, now=world.now, ref=invoice.public_id, payer_ref=payer.public_id)


def third(world: World) -> int:
    """Let somebody else pay for the world's account too."""
    _, payer_id = world.add_resident("Daniel Whitfield", "daniel@example.test")
    new = NewLink(account_id=world.account_id, payer_id=payer_id, relation="child", is_default=False)
    with db.transaction():
        payer_operations.link_many(biller_id=world.biller_id, new=[new])
    return payer_id


def pays(world: World, actor: Actor, payer_id: int, method: str, *amounts: tuple[str, int]) -> PaymentRow:
    mode = Mode.INVOICES if amounts else Mode.OUTSTANDING
    order = PayOrder(payer_id, world.account_id, method, mode, amounts)
    seen = world.review(order, actor=actor)
    return world.payment(submit.run(actor=actor, now=world.now, submission=seen))


def test_who_shared_it_is_addressed_and_pays_the_rest(world: World) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    card = world.card("5555555555554444", actor=sister)
    pays(world, sister, hers, card, (invoice.public_id, 60_000))
    hand_over(world, invoice, hers)
    assert (owes(world.payer_id), owes(hers)) == (0, invoice.total_minor - 60_000)
    assert_sound(world)
    sister = relatives.again()
    assert pays(world, sister, hers, card).public_status == "Paid"
    assert owes(hers) == 0
    assert_sound(world)


def test_it_goes_back_to_who_had_paid_part_of_it(world: World) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    method = world.card()
    world.pay(method, [(invoice.public_id, 40_000)])
    hand_over(world, invoice, hers)
    assert_sound(world)
    hand_over(world, invoice, world.payer_id)
    assert_sound(world)
    assert owes(world.payer_id) == invoice.total_minor - 40_000
    paid = world.pay(world.bank(), [(invoice.public_id, 100_000)])
    assert paid.public_status == "Pending"
    assert owes(world.payer_id) == invoice.total_minor - 140_000
    assert_sound(world)


def test_what_somebody_paid_and_the_bank_sends_back_is_the_new_addressees(world: World) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    card = world.card("5555555555554444", actor=sister)
    paid = pays(world, sister, hers, card, (invoice.public_id, 60_000))
    hand_over(world, invoice, hers)
    outcome = Outcome(paid.id, base.Returned("", "R01", world.today), "event")
    record_results.run(actor=GATEWAY, now=world.now, outcomes=[outcome])
    assert owes(hers) == invoice.total_minor
    assert_sound(world)


def test_shares_of_it_end_with_the_change(world: World) -> None:
    invoice = world.invoice()
    accepted, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    offered = relatives.ask(world, invoice, percent=10, email="tom@example.test")
    new_id = third(world)
    hand_over(world, invoice, new_id)
    for ref in (accepted, offered):
        assert sharing_queries.get_share(actor=OPERATOR, public_id=ref).status == "ended"
    assert (owes(world.payer_id), owes(hers), owes(new_id)) == (0, 0, invoice.total_minor)
    assert_sound(world)
    # Back again it can be shared with the same person anew.
    hand_over(world, invoice, world.payer_id)
    again = relatives.ask(world, world.fresh(invoice), percent=25)
    relatives.accept(world, relatives.again(), again)
    assert (owes(world.payer_id), owes(hers)) == (invoice.total_minor * 3 // 4, invoice.total_minor // 4)
    assert_sound(world)


def test_who_shares_every_bill_of_the_new_addressee_shares_this_one(world: World) -> None:
    new_id = third(world)
    giver = relatives.Giver(world.payer_actor(new_id), new_id, world.account_id)
    ref = relatives.ask(world, None, percent=50, giver=giver)
    sister = relatives.join(world)
    [hers] = sister.payer_ids()
    relatives.accept(world, sister, ref)
    invoice = world.invoice()
    hand_over(world, invoice, new_id)
    half = invoice.total_minor // 2
    assert (owes(world.payer_id), owes(new_id), owes(hers)) == (0, half, half)
    assert_sound(world)


def test_not_while_a_sharers_payment_is_on_its_way(world: World) -> None:
    invoice = world.invoice()
    _, sister = relatives.shared(world, invoice, percent=50)
    [hers] = sister.payer_ids()
    pays(world, sister, hers, world.bank("000987654321", actor=sister))
    with pytest.raises(errors.Stale):
        hand_over(world, invoice, third(world))
    assert world.fresh(invoice).payer_id == world.payer_id
    assert_sound(world)
