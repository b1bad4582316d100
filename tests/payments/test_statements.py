"""A statement is what the books say: each begins where the last one ended, and the last ends at what is owed."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterfoil.core import http
from counterfoil.core.actor import WORKER, PayerGrant
from counterfoil.flows.invoices import credit, void
from counterfoil.flows.payments import settle_matured
from counterfoil.gateways.sandbox import client as sandbox_client
from counterfoil.invoices.drafts import NewLine
from counterfoil.ledger import postings
from counterfoil.ledger.models import Line
from counterfoil.payers import permissions
from counterfoil.payments import balances, queries as payment_queries, statements, yearly
from counterfoil.payments.statements import Statement
from counterfoil.refunds import queries as refund_queries
from counterfoil.ui import account_sheets
from counterfoil_sandbox import store
from tests.factories import refunds, sandbox as sandboxes
from tests.factories.world import World

RENT = NewLine("Monthly rent", 320_000)


@pytest.fixture
def world(db: None, sandbox_database_url: str) -> Iterator[World]:
    http.forget()
    opened: store.Store = sandboxes.prepared_store(sandbox_database_url)
    made = World(sandboxes.practice(opened))
    yield made
    sandbox_client.mount(base_url=made.sandbox.base_url, transport=None)
    opened.close()


def read(world: World, first: date, last: date) -> Statement:
    return statements.read(
        actor=world.payer, account_id=world.account_id, payer_id=world.payer_id, first=first, last=last
    )


def in_books(world: World, last: date) -> int:
    """Add up the lines themselves."""
    rows = Line.objects.filter(
        billing_account_id=world.account_id,
        payer_id=world.payer_id,
        account__in=["receivable", "unapplied_credit"],
        entry__effective_on__lte=last,
    )
    return sum(rows.values_list("amount_minor", flat=True))


def a_month(world: World) -> date:
    """Live through invoices, a card, a debit that is Paid, one that comes back, and money left over."""
    start = world.today
    old = world.invoice(RENT, due_in=-20)
    world.pay(world.card(), [(old.public_id, 100_000)])
    world.invoice(NewLine("Salon", 4_500))
    world.pay(world.bank("000222222227"), [(old.public_id, 20_000)])
    world.pay(world.bank(), [(old.public_id, 50_000)])
    for _ in range(26):
        world.sandbox.wait(days=1)
        world.deliver()
        settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    world.invoice(NewLine("Guest meals", 1_850))
    world.pay(world.card(), [(old.public_id, old.total_minor - 150_000)])
    return start


def test_every_figure_is_a_sum_of_the_books(world: World) -> None:
    start = a_month(world)
    before = start - timedelta(days=60)
    days = [before + timedelta(days=step) for step in range(0, 91, 5)]
    opening = 0
    for first, following in itertools.pairwise(days):
        last = following - timedelta(days=1)
        found = read(world, first, last)
        assert found.opening_minor == opening
        assert found.closing_minor == in_books(world, last)
        assert found.opening_minor + found.charged_minor - found.paid_minor == found.closing_minor
        opening = found.closing_minor

    [balance] = balances.list_for(actor=world.payer, payer_ids=[world.payer_id])
    assert opening == balance.open_minor - balance.credit_minor
    assert opening == in_books(world, date(2099, 1, 1))


def test_each_line_says_what_it_was_and_what_is_owed_after_it(world: World) -> None:
    first = world.invoice(RENT)
    card = world.pay(world.card(), [(first.public_id, 20_000)])
    found = read(world, world.today, world.today)

    assert [(m.kind, m.number, m.amount_minor, m.balance_minor) for m in found.moves] == [
        ("invoice.issued", first.number, 320_000, 320_000),
        ("payment.settled", card.number, -20_000, 300_000),
    ]
    assert found.moves[1].method_label == card.method_label
    assert (found.opening_minor, found.charged_minor, found.paid_minor) == (0, 320_000, 20_000)


def test_what_is_on_its_way_is_in_no_figure(world: World) -> None:
    invoice = world.invoice(RENT)
    world.pay(world.bank(), [(invoice.public_id, 20_000)])

    assert read(world, world.today, world.today).closing_minor == 320_000


def test_a_period_without_anything_begins_and_ends_alike(world: World) -> None:
    world.invoice(RENT)
    later = world.today + timedelta(days=40)
    found = read(world, later, later + timedelta(days=30))

    assert (found.moves, found.opening_minor, found.closing_minor) == ((), 320_000, 320_000)


def test_nobody_elses_and_none_without_the_permission(world: World) -> None:
    world.invoice(RENT)
    _, other_id = world.add_resident("Rose Kim")
    grant = PayerGrant(world.payer_id, world.biller_id, frozenset(permissions.ALL) - {permissions.DOCUMENTS})
    for actor in (world.payer_actor(other_id), replace(world.payer, payers=(grant,))):
        found = statements.read(
            actor=actor,
            account_id=world.account_id,
            payer_id=world.payer_id,
            first=world.today,
            last=world.today,
        )
        assert (found.opening_minor, found.moves) == (0, ())


def test_queries_do_not_grow(world: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            read(world, world.today, world.today)
            yearly.read(actor=world.payer, payer_id=world.payer_id, year=world.today.year)
        return len(caught)

    card = world.card()
    world.pay(card, [(world.invoice().public_id, 1_000)])
    few = count()
    for _ in range(8):
        world.pay(card, [(world.invoice().public_id, 1_000)])
    assert count() == few


def test_the_year_tells_what_was_paid_for_whom_and_for_what(world: World) -> None:
    card = world.card()
    whole = world.invoice(NewLine("Rent, November", 10_000), NewLine("Salon (Nov 3)", 2_000))
    other = world.invoice(NewLine("Rent, October", 10_000))
    part = world.invoice(NewLine("Therapy", 9_000))
    for invoice, minor in ((whole, 12_000), (other, 10_000), (part, 4_000)):
        world.pay(card, [(invoice.public_id, minor)])
    world.pay(world.bank(), [(part.public_id, 1_000)])
    found = yearly.read(actor=world.payer, payer_id=world.payer_id, year=world.today.year)

    [person] = found.people
    assert person.for_whom == "Eleanor Whitfield"
    assert person.kinds == (("Rent", 20_000), ("Salon", 2_000))
    assert (person.part_minor, person.credit_minor, person.fee_minor) == (4_000, 0, 0)
    assert person.total_minor == found.total_minor == 26_000
    parts = person.part_minor + person.credit_minor + person.fee_minor
    assert sum(minor for _, minor in person.kinds) + parts == person.total_minor
    assert [payment.amount_minor for payment in found.pending] == [1_000]
    assert yearly.read(actor=world.payer, payer_id=world.payer_id, year=world.today.year - 1).people == ()


def test_a_fee_is_told_of_by_itself_and_pays_nothing_on_the_account(world: World) -> None:
    world.set_payments(card_fee_minor=295)
    world.invoice(NewLine("Rent, November", 10_000))
    world.pay(world.card())
    [person] = yearly.read(actor=world.payer, payer_id=world.payer_id, year=world.today.year).people
    assert (person.kinds, person.credit_minor) == ((("Rent", 10_000),), 0)
    assert (person.fee_minor, person.total_minor) == (295, 10_295)
    statement = read(world, world.today, world.today)
    assert (statement.charged_minor, statement.paid_minor, statement.closing_minor) == (10_000, 10_000, 0)


def test_the_year_comes_to_what_the_books_took_off(world: World) -> None:
    a_month(world)
    years = (world.today.year, world.today.year + 1)
    paid = sum(
        yearly.read(actor=world.payer, payer_id=world.payer_id, year=year).total_minor for year in years
    )
    taken = Line.objects.filter(
        payer_id=world.payer_id,
        account__in=["receivable", "unapplied_credit"],
        entry__kind__in=["payment.settled", "payment.recorded", "payment.returned"],
    )

    assert paid == -sum(taken.values_list("amount_minor", flat=True))


def test_lines_are_not_told_to_who_may_not_see_them(world: World) -> None:
    invoice = world.invoice(NewLine("Therapy", 9_000))
    world.pay(world.card(), [(invoice.public_id, 9_000)])
    grant = PayerGrant(world.payer_id, world.biller_id, frozenset(permissions.ALL) - {permissions.SEE_LINES})
    actor = replace(world.payer, payers=(grant,))
    [person] = yearly.read(actor=actor, payer_id=world.payer_id, year=world.today.year).people

    assert (person.kinds, person.part_minor) == ((), 9_000)


@pytest.mark.parametrize(
    ("ref", "found"),
    [("inv:7", 7), ("inv:7:a1:b2", 7), ("inv:", None), ("inv:x", None), ("pay_7", None), ("alc:7", None)],
)
def test_the_invoice_of_an_entry_is_read_from_its_source(ref: str, found: int | None) -> None:
    assert statements.invoice_id(ref) == found


def test_what_staff_do_to_an_invoice_stands_on_the_statement(world: World) -> None:
    invoice, other = world.invoice(NewLine("Rent", 10_000)), world.invoice(NewLine("Salon", 4_000))
    world.pay(world.card(), [(other.public_id, 1_500)])
    credit.run(
        actor=world.staff, now=world.now, ref=invoice.public_id, amount_minor=2_500, reason="Away", key="k1"
    )
    void.run(actor=world.staff, now=world.now, ref=other.public_id, reason="Sent twice")
    found = read(world, world.today, world.today)

    assert [(m.kind, m.number, m.amount_minor) for m in found.moves if m.kind != "invoice.issued"] == [
        ("payment.settled", world.payment(payment_of(world)).number, -1_500),
        ("invoice.credited", invoice.number, -2_500),
        ("invoice.voided", other.number, -4_000),
    ]
    assert found.closing_minor == in_books(world, world.today)
    assert {account_sheets.move_words(move) for move in found.moves} >= {
        f"Credit on invoice {invoice.number}",
        f"Invoice {other.number} is void",
    }


def test_a_refund_is_owed_again_or_lowers_the_bill_and_is_credit_when_it_comes_back(world: World) -> None:
    invoice = world.invoice(NewLine("Rent", 320_000))
    card = world.pay(world.card("4000000000005126"), [(invoice.public_id, 320_000)])
    refunds.refund(world, card, 125_000)
    # Some days later, so that it comes back later too.
    world.sandbox.wait(days=3)
    world.deliver()
    wish = refunds.wish(world, card, 50_000, lowers=True, key="lowers")
    lowered = refunds.give(world, card, wish)
    for _ in range(9):
        world.sandbox.wait(days=1)
        world.deliver()
    found = read(world, world.today - timedelta(days=30), world.today)

    assert [(m.kind, m.amount_minor, m.balance_minor) for m in found.moves] == [
        ("invoice.issued", 320_000, 320_000),
        ("payment.settled", -320_000, 0),
        ("refund.requested", 125_000, 125_000),
        ("refund.requested", 50_000, 175_000),
        ("invoice.credited", -50_000, 125_000),
        # Both came back: $1,250.00 of it pays the bill again, which changes nothing of what is owed in all.
        ("refund.came_back", -125_000, 0),
        ("refund.came_back", -50_000, -50_000),
    ]
    assert found.closing_minor == in_books(world, world.today) == -50_000
    named = statements.with_refunded(
        found, refund_queries.map_payments_of(actor=world.payer, public_ids=found.refund_refs)
    )
    assert lowered.public_id in found.refund_refs
    assert [account_sheets.move_words(move) for move in named.moves[-4:]] == [
        f"Refund of payment {card.number}",
        f"Credit on invoice {invoice.number}",
        f"Refund of payment {card.number} came back from the bank: it is credit",
        f"Refund of payment {card.number} came back from the bank: it is credit",
    ]
    # Who may not see the payment reads the same figures without its number.
    assert account_sheets.move_words(found.moves[2]) == "Refund to somebody who shares the bill"


def test_the_year_counts_what_was_kept(world: World) -> None:
    world.set_payments(card_fee_minor=295)
    invoice = world.invoice(NewLine("Rent", 320_000))
    card = world.card()
    kept = world.pay(card, [(invoice.public_id, 200_000)])
    gone = world.pay(card, [(invoice.public_id, 100_000)])
    refunds.give(world, kept, refunds.wish(world, kept, 50_000, fee=True))
    refunds.give(world, gone, refunds.wish(world, gone, 100_000, fee=True))
    [person] = yearly.read(actor=world.payer, payer_id=world.payer_id, year=world.today.year).people
    assert (person.part_minor, person.credit_minor, person.fee_minor) == (150_000, 0, 0)
    assert person.total_minor == 150_000
    assert [payment.number for payment in person.payments] == [kept.number]


def payment_of(world: World) -> str:
    """Return the public id of the only payment there is."""
    [row] = payment_queries.list_page(actor=WORKER, account_id=world.account_id).rows
    return row.public_id


def test_every_kind_that_changes_what_is_owed_has_words() -> None:
    source = inspect.getsource(postings)
    kinds = set(re.findall(r'"((?:invoice|payment|credit|refund)\.[a-z_]+)"', source))

    # What is funded, and what has left to a payer, changes nothing of what is owed.
    assert kinds - {"payment.funded", "refund.paid"} <= set(account_sheets.MOVES)
