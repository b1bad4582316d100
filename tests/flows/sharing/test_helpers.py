"""A helper sees and pays for somebody: within the access, labeled, told at once, and ended in one tap."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.payments import submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.flows.sharing import act, answer, end_access, end_lapsed
from counterfoil.invoices import queries as invoice_queries
from counterfoil.methods import queries as method_queries
from counterfoil.notices import models as notice_models
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import balances
from counterfoil.payments.queries import PaymentRow
from tests.factories import relatives
from tests.factories.world import World


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def order(world: World, payer_id: int, method: str, *amounts: tuple[str, int]) -> PayOrder:
    mode = Mode.INVOICES if amounts else Mode.OUTSTANDING
    return PayOrder(payer_id, world.account_id, method, mode, amounts)


def pay(world: World, sister: Actor, ref: str, wanted: PayOrder, key: str = "") -> PaymentRow:
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    seen = act.review(stand_in=stand_in, now=world.now, order=wanted).quote.digest
    paid = act.pay(stand_in=stand_in, now=world.now, order=wanted, key=key or secrets.token_hex(8), seen=seen)
    return world.payment(paid)


def hers(world: World, sister: Actor) -> int:
    """What a helper owes by her own shares."""
    rows = balances.list_for(actor=world.staff, payer_ids=sister.payer_ids())
    return sum(row.outstanding_minor for row in rows)


def acted(world: World) -> list[str]:
    rows = notice_models.Notice.objects.filter(biller_id=world.biller_id, key="helper_acted").order_by("pk")
    return [row.data["act"] for row in rows]


def test_a_helper_pays_with_the_method_that_was_named(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method)
    payment = pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 50_000)))
    assert (payment.payer_id, payment.submitted_by_name) == (
        world.payer_id,
        "Susan Whitfield for Eleanor Whitfield",
    )
    assert payment.public_status == "Paid"
    assert acted(world) == ["Susan Whitfield for Eleanor Whitfield"]
    assert world.outstanding == 270_000
    assert_sound(world)


def test_a_helper_pays_with_the_own_method(world: World) -> None:
    invoice = world.invoice()
    ref, sister = relatives.helper(world)
    [mine] = sister.payer_ids()
    method = world.bank("000111111116", actor=sister)
    payment = pay(world, sister, ref, order(world, mine, method, (invoice.public_id, 50_000)))
    assert (payment.payer_id, world.outstanding) == (mine, 270_000)
    assert_sound(world)
    # It comes back: it is owed by whom the bill is addressed to, and nothing is the helper's.
    world.sandbox.time.now += timedelta(days=6)
    world.deliver()
    assert world.outstanding == 320_000
    assert sum(row.outstanding_minor for row in balances.list_for(actor=sister, payer_ids=[mine])) == 0
    assert_sound(world)


def test_what_a_helper_pays_comes_on_top_of_the_own_share(world: World) -> None:
    """$800.00 of $3,200.00 are her share. She helps with $1,000.00: Eleanor owes $1,400.00, she the $800.00 still."""
    invoice = world.invoice()
    ref, sister = relatives.helper(world, limit=100_000, total=100_000)
    [mine] = sister.payer_ids()
    share = relatives.ask(world, invoice, percent=25)
    answer.accept(actor=sister, now=world.now, ref=share, seen_minor=80_000)
    method = world.bank("000111111116", actor=sister)
    pay(world, sister, ref, order(world, mine, method, (invoice.public_id, 100_000)))
    assert (world.outstanding, hers(world, sister)) == (140_000, 80_000)
    assert_sound(world)
    # It comes back: each owes what they owed before.
    world.sandbox.time.now += timedelta(days=6)
    world.deliver()
    assert (world.outstanding, hers(world, sister)) == (240_000, 80_000)
    assert_sound(world)


def test_a_share_that_was_taken_after_helping_is_the_share_alone(world: World) -> None:
    invoice = world.invoice()
    ref, sister = relatives.helper(world, limit=100_000, total=100_000)
    [mine] = sister.payer_ids()
    method = world.bank("000111111116", actor=sister)
    pay(world, sister, ref, order(world, mine, method, (invoice.public_id, 100_000)))
    share = relatives.ask(world, invoice, minor=80_000)
    answer.accept(actor=sister, now=world.now, ref=share, seen_minor=80_000)
    assert (world.outstanding, hers(world, sister)) == (140_000, 80_000)
    world.sandbox.time.now += timedelta(days=6)
    world.deliver()
    assert (world.outstanding, hers(world, sister)) == (240_000, 80_000)
    assert_sound(world)


def test_the_limits_hold_for_each_payment_and_for_all(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method, limit=50_000, total=80_000)
    part = (invoice.public_id, 50_001)
    with pytest.raises(errors.Invalid, match=r"\$500.00 at most"):
        pay(world, sister, ref, order(world, world.payer_id, method, part))
    pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 50_000)))
    with pytest.raises(errors.Invalid, match=r"\$300.00 at most"):
        pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 30_001)))
    pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 30_000)))
    with pytest.raises(errors.Invalid):
        pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 1_000)))
    assert len(acted(world)) == 2


def test_the_fee_counts_in_the_limits(world: World) -> None:
    world.set_payments(card_fee_minor=295)
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method, limit=50_000, total=80_000)
    with pytest.raises(errors.Invalid, match=r"\$500\.00 at most, the fee of \$2\.95 included"):
        pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 49_706)))
    pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 49_705)))
    # What is left of the whole is $300.00, the second fee is of it.
    with pytest.raises(errors.Invalid, match=r"\$300\.00 at most"):
        pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 29_706)))
    pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 29_705)))
    assert world.outstanding == 320_000 - 49_705 - 29_705
    assert_sound(world)
    assert_sound(world)


def test_what_was_declined_uses_nothing_up_and_a_second_click_pays_once(world: World) -> None:
    invoice, bad = world.invoice(), world.card("4000000000009995")
    ref, sister = relatives.helper(world, method=bad, limit=50_000, total=50_000)
    wanted = order(world, world.payer_id, bad, (invoice.public_id, 50_000))
    assert pay(world, sister, ref, wanted).public_status == "Declined"
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    assert stand_in.helping.left_minor == 50_000
    seen = act.review(stand_in=stand_in, now=world.now, order=wanted).quote.digest
    refs = {act.pay(stand_in=stand_in, now=world.now, order=wanted, key="one", seen=seen) for _ in range(2)}
    assert (len(refs), len(acted(world))) == (1, 2)


def test_only_the_named_method_and_only_what_is_owed(world: World) -> None:
    invoice, named, other = world.invoice(), world.card(), world.bank()
    ref, sister = relatives.helper(world, method=named)
    [mine] = sister.payer_ids()
    own = world.card(actor=sister)
    for payer_id, method in ((world.payer_id, other), (mine, own)):
        with pytest.raises(errors.Invalid):
            pay(world, sister, ref, order(world, payer_id, method, (invoice.public_id, 1_000)))
    world.pay(other, [(invoice.public_id, 300_000)])
    with pytest.raises(errors.Invalid):
        pay(world, sister, ref, order(world, world.payer_id, named, (invoice.public_id, 30_000)))


def test_an_ended_access_serves_nobody_between_review_and_submit_either(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, method=method)
    wanted = order(world, world.payer_id, method, (invoice.public_id, 10_000))
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    seen = act.review(stand_in=stand_in, now=world.now, order=wanted).quote.digest
    end_access.run(actor=world.payer, now=world.now, ref=ref)
    end_access.run(actor=world.payer, now=world.now, ref=ref)
    with pytest.raises(errors.Stale):
        act.pay(stand_in=stand_in, now=world.now, order=wanted, key="late", seen=seen)
    with pytest.raises(errors.NotFound):
        act.step_in(actor=sister, now=world.now, ref=ref)
    assert world.outstanding == 320_000


def test_an_access_ends_on_its_day_and_both_are_told(world: World) -> None:
    world.invoice()
    ref, sister = relatives.helper(world, may_pay=False, until=world.today)
    act.step_in(actor=sister, now=world.now, ref=ref)
    world.sandbox.time.now += timedelta(days=1)
    with pytest.raises(errors.NotFound):
        act.step_in(actor=sister, now=world.now, ref=ref)
    assert end_lapsed.run(actor=WORKER, now=world.now, biller_id=world.biller_id) == 1
    assert end_lapsed.run(actor=WORKER, now=world.now, biller_id=world.biller_id) == 0
    ended = notice_models.Notice.objects.filter(biller_id=world.biller_id, key="helper_ended")
    assert ended.count() == 2


def test_who_may_only_see_cannot_pay(world: World) -> None:
    invoice, method = world.invoice(), world.card()
    ref, sister = relatives.helper(world, may_pay=False)
    with pytest.raises(errors.Refused):
        pay(world, sister, ref, order(world, world.payer_id, method, (invoice.public_id, 1_000)))


def test_outside_the_access_a_helper_is_a_stranger(world: World) -> None:
    """The person's own login never holds the payer's rights; stepping in shows the account and nothing else."""
    invoice, method = world.invoice(), world.card()
    other = world.bank()
    ref, sister = relatives.helper(world, method=method)
    assert invoice_queries.list_page(actor=sister).rows == []
    with pytest.raises(errors.NotFound):
        payer_queries.get_account(actor=sister, public_id=relatives.refs(world)[1])
    stand_in = act.step_in(actor=sister, now=world.now, ref=ref)
    assert [row.id for row in invoice_queries.list_page(actor=stand_in.actor).rows] == [invoice.id]
    assert invoice_queries.list_lines(actor=stand_in.actor, invoice_id=invoice.id) == []
    # A payment outside the scope of the access is a slip of ours, and is not born.
    wanted = order(world, world.payer_id, other, (invoice.public_id, 1_000))
    with pytest.raises(ValueError, match="under its own scope"):
        submit.run(
            actor=stand_in.actor, now=world.now, submission=Submission(wanted, "form", "key", seen="x")
        )
    assert method_queries.list_for(actor=sister) == []


def test_the_same_person_has_one_access(world: World) -> None:
    relatives.helper(world)
    with pytest.raises(errors.Invalid):
        relatives.helper(world)
