"""A bill is shared: who owes what, who sees what, and what happens when it ends in the middle of something."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.payments import submit
from counterfoil.flows.sharing import answer, end, offer, tell_unpaid
from counterfoil.flows.sharing.offer import Offer
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewLine
from counterfoil.ledger import models as ledger_models
from counterfoil.notices import models as notice_models
from counterfoil.payments import balances
from tests.factories import relatives
from tests.factories.relatives import SISTER
from tests.factories.world import World

RENT = 320_000


def owed(actor: Actor, payer_id: int = 0) -> int:
    ids = [payer_id] if payer_id else list(actor.payer_ids())
    return sum(row.outstanding_minor for row in balances.list_for(actor=actor, payer_ids=ids))


def sees(actor: Actor) -> list[tuple[int, int, int]]:
    """What is in the list: total, open and pending of each row."""
    page = invoice_queries.list_page(actor=actor)
    return [(row.total_minor, row.open_minor, row.pending_minor) for row in page.rows]


def told(world: World) -> list[tuple[str, str]]:
    rows = notice_models.Delivery.objects.filter(biller_id=world.biller_id).order_by("pk")
    keys = [(row.notice.key, row.to) for row in rows.select_related("notice")]
    return [each for each in keys if each[0].startswith(("share", "helper"))]


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def test_nothing_moves_until_it_is_accepted(world: World) -> None:
    invoice = world.invoice()
    relatives.ask(world, invoice, percent=50)
    assert world.outstanding == RENT
    sister = relatives.join(world)
    assert (owed(sister), sees(sister)) == (0, [])
    with pytest.raises(errors.NotFound):
        invoice_queries.get(actor=sister, public_id=invoice.public_id)
    assert told(world) == [("share_offered", SISTER)]


def test_each_owes_the_own_share_and_pays_it(world: World) -> None:
    invoice = world.invoice()
    _ref, sister = relatives.shared(world, invoice, percent=50)
    assert (world.outstanding, owed(sister)) == (160_000, 160_000)
    assert sees(sister) == [(160_000, 160_000, 0)]
    assert sees(world.payer) == [(RENT, 160_000, 0)]
    assert sees(world.staff) == [(RENT, RENT, 0)]
    hers = world.pay(world.card(actor=sister), actor=sister)
    assert (hers.amount_minor, hers.payer_id) == (160_000, sister.payers[0].payer_id)
    assert (owed(sister), world.outstanding) == (0, 160_000)
    mine = world.pay(world.bank())
    assert mine.amount_minor == 160_000
    assert (world.outstanding, world.fresh(invoice).open_minor) == (0, 160_000)
    # The books lower the receivable of whom the bill is addressed to, whoever pays.
    lines = ledger_models.Line.objects.filter(biller_id=world.biller_id, account="receivable")
    assert {line.payer_id for line in lines} == {world.payer_id}
    assert ("share_accepted", "eleanor@example.test") in told(world)
    assert_sound(world)


def test_nobody_pays_what_another_took(world: World) -> None:
    world.set_portal(prepayment_allowed=False)
    invoice = world.invoice()
    _ref, sister = relatives.shared(world, invoice, minor=100_000)
    for actor, most in ((sister, 100_000), (world.payer, 220_000)):
        method = world.card(actor=actor)
        with pytest.raises(errors.Invalid):
            world.pay(method, [(invoice.public_id, most + 1)], actor=actor)
        assert world.pay(method, [(invoice.public_id, most)], actor=actor).amount_minor == most
    assert world.fresh(invoice).status == "paid"
    assert_sound(world)


def test_what_a_sharer_pays_beyond_the_share_is_the_sharers_credit(world: World) -> None:
    invoice = world.invoice()
    _ref, sister = relatives.shared(world, invoice, minor=100_000)
    world.pay(world.card(actor=sister), [(invoice.public_id, 150_000)], actor=sister)
    assert (owed(sister), world.outstanding) == (0, 220_000)
    [hers] = balances.list_for(actor=sister, payer_ids=sister.payer_ids())
    assert hers.credit_minor == 50_000
    # Her credit pays her next share by itself.
    following = world.invoice()
    relatives.accept(world, sister, relatives.ask(world, following, minor=80_000))
    assert (owed(relatives.again()), world.outstanding) == (30_000, 220_000 + 240_000)
    assert_sound(world)


def test_percentages_sum_to_the_cent(world: World) -> None:
    invoice = world.invoice(NewLine("Care", 100_001))
    relatives.shared(world, invoice, percent=50)
    ref = relatives.ask(world, invoice, percent=50, email="daniel@example.test")
    daniel = relatives.join(world, "daniel@example.test")
    relatives.accept(world, daniel, ref)
    assert owed(relatives.again()) + owed(relatives.again("daniel@example.test")) == 100_001
    assert world.outstanding == 0
    assert_sound(world)


def test_an_ended_share_is_the_addressees_again(world: World) -> None:
    invoice = world.invoice()
    ref, sister = relatives.shared(world, invoice, percent=50)
    world.pay(world.card(actor=sister), [(invoice.public_id, 60_000)], actor=sister)
    end.run(actor=world.payer, now=world.now, ref=ref)
    end.run(actor=world.payer, now=world.now, ref=ref)
    assert (owed(sister), world.outstanding) == (0, 260_000)
    assert sees(sister) == []
    with pytest.raises(errors.NotFound):
        invoice_queries.get(actor=sister, public_id=invoice.public_id)
    assert told(world)[-1] == ("share_ended", SISTER)
    world.pay(world.card())
    assert world.fresh(invoice).status == "paid"
    assert_sound(world)


def test_a_payment_on_its_way_stays_the_sharers_when_the_share_ends(world: World) -> None:
    invoice = world.invoice()
    ref, sister = relatives.shared(world, invoice, percent=50)
    payment = world.pay(world.bank("000111111116", actor=sister), actor=sister)
    end.run(actor=sister, now=world.now, ref=ref)
    assert world.outstanding == 160_000
    assert_sound(world)
    # It comes back: nobody shares any more, so the addressee owes it again.
    world.sandbox.time.now += timedelta(days=6)
    world.deliver()
    assert world.payment(payment.public_id).status == "returned"
    assert (owed(sister), world.outstanding) == (0, RENT)
    assert_sound(world)


def test_a_return_while_the_share_stands_is_the_sharers_to_pay_again(world: World) -> None:
    invoice = world.invoice()
    _ref, sister = relatives.shared(world, invoice, percent=50)
    world.pay(world.bank("000111111116", actor=sister), actor=sister)
    assert (owed(sister), world.outstanding) == (0, 160_000)
    world.sandbox.time.now += timedelta(days=6)
    world.deliver()
    assert (owed(sister), world.outstanding) == (160_000, 160_000)
    assert_sound(world)


def test_an_offer_to_share_what_was_paid_meanwhile_comes_to_nothing(world: World) -> None:
    invoice = world.invoice()
    ref = relatives.ask(world, invoice, percent=50)
    sister = relatives.join(world)
    shown = answer.look(actor=sister, ref=ref).amount_minor
    world.pay(world.card(), [(invoice.public_id, 200_000)])
    with pytest.raises(errors.Stale):
        answer.accept(actor=sister, now=world.now, ref=ref, seen_minor=shown)
    assert (owed(sister), world.outstanding) == (0, 120_000)
    relatives.accept(world, sister, ref)
    assert (owed(relatives.again()), world.outstanding) == (120_000, 0)
    assert_sound(world)


def test_credit_of_the_addressee_pays_only_what_nobody_took(world: World) -> None:
    first = world.invoice(NewLine("Care", 10_000))
    world.pay(world.card(), [(first.public_id, 110_000)])
    relatives.shared(world, None, percent=50)
    # The new bill is shared before the credit is spent: half of it is the sister's.
    invoice = world.invoice()
    assert (owed(relatives.again()), world.outstanding) == (160_000, 60_000)
    assert world.fresh(invoice).open_minor == 220_000
    assert_sound(world)


def test_every_bill_of_an_account_is_shared_new_ones_too(world: World) -> None:
    world.invoice()
    ref, sister = relatives.shared(world, None, percent=25)
    assert owed(sister) == 80_000
    world.invoice(NewLine("Care", 10_000))
    assert (owed(sister), world.outstanding) == (82_500, 240_000 + 7_500)
    end.run(actor=sister, now=world.now, ref=ref)
    world.invoice(NewLine("Care", 10_000))
    assert (owed(sister), world.outstanding) == (0, 340_000)
    assert_sound(world)


def test_lines_are_seen_only_where_the_holder_allows_it(world: World) -> None:
    secret, open_one = world.invoice(), world.invoice()
    _ref, sister = relatives.shared(world, secret, percent=50)
    ref = relatives.ask(world, open_one, percent=50, sees_lines=True)
    relatives.accept(world, sister, ref)
    lines = [invoice_queries.list_lines(actor=sister, invoice_id=row.id) for row in (secret, open_one)]
    assert [len(each) for each in lines] == [0, 1]


def test_declining_leaves_everything_as_it_was(world: World) -> None:
    invoice = world.invoice()
    ref = relatives.ask(world, invoice, percent=50)
    sister = relatives.join(world)
    answer.decline(actor=sister, now=world.now, ref=ref)
    answer.decline(actor=sister, now=world.now, ref=ref)
    assert (owed(sister), world.outstanding) == (0, RENT)
    with pytest.raises(errors.Stale):
        answer.accept(actor=sister, now=world.now, ref=ref, seen_minor=160_000)
    assert told(world)[-1] == ("share_declined", "eleanor@example.test")


def test_sharing_is_off_where_the_biller_says_so(world: World) -> None:
    world.set_portal(sharing=False)
    with pytest.raises(errors.NotPermitted):
        relatives.ask(world, world.invoice(), percent=50)


def test_a_sharer_shares_nothing_on_and_strangers_share_nothing(world: World) -> None:
    invoice = world.invoice()
    _ref, sister = relatives.shared(world, invoice, percent=50)
    payer_ref, account_ref = relatives.refs(world)
    wanted = Offer(
        payer_ref=payer_ref,
        account_ref=account_ref,
        invoice_ref=invoice.public_id,
        name="Daniel",
        email="daniel@example.test",
        percent_bp=5_000,
    )
    with pytest.raises(errors.NotFound):
        offer.run(actor=sister, now=world.now, offer=wanted)


def test_the_same_person_is_asked_once_for_a_bill(world: World) -> None:
    invoice = world.invoice()
    relatives.ask(world, invoice, percent=10)
    with pytest.raises(errors.Invalid):
        relatives.ask(world, invoice, percent=10)


def test_the_addressee_is_told_five_days_before_who_has_not_paid(world: World) -> None:
    world.invoice(due_in=8)
    near = world.invoice(due_in=7)
    relatives.shared(world, near, percent=50)
    relatives.ask(world, near, percent=10, email="daniel@example.test")
    for days, expected in ((1, 0), (1, 1), (1, 0)):
        world.sandbox.time.now += timedelta(days=days)
        before = len([each for each in told(world) if each[0] == "share_unpaid"])
        tell_unpaid.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
        assert len([each for each in told(world) if each[0] == "share_unpaid"]) - before == expected
    sent = notice_models.Notice.objects.get(biller_id=world.biller_id, key="share_unpaid")
    people = [(each["name"], each["amount_minor"], each["is_offered"]) for each in sent.data["people"]]
    assert people == [("Susan Whitfield", 160_000, False), ("Susan Whitfield", 32_000, True)]


def test_two_submit_at_once_in_one_run_and_each_pays_the_own_part(world: World) -> None:
    """A run of the biller's bears several payers' payments in one commit: both claim the same invoice."""
    invoice = world.invoice()
    _ref, sister = relatives.shared(world, invoice, percent=50)
    orders = [
        world.review(world.order(world.bank(actor=actor), actor=actor), actor=actor)
        for actor in (world.payer, sister)
    ]
    submit.many(actor=WORKER, now=world.now, submissions=orders)
    assert (world.fresh(invoice).pending_minor, world.outstanding, owed(sister)) == (RENT, 0, 0)
    assert_sound(world)


def test_a_receipt_tells_a_sharer_what_is_left_of_the_share_alone(world: World) -> None:
    invoice = world.invoice()
    _ref, sister = relatives.shared(world, invoice, percent=50)
    world.pay(world.card(actor=sister), [(invoice.public_id, 100_000)], actor=sister)
    world.pay(world.card(), [(invoice.public_id, 30_000)])
    sent = notice_models.Notice.objects.filter(biller_id=world.biller_id, key="payment_receipt").order_by(
        "pk"
    )
    assert [row.data["lines"][0]["left_minor"] for row in sent] == [60_000, 130_000]
