"""The lists: what they show, how they are searched, filtered and paged, what nonsense in an address does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counterfoil.core.actor import OPERATOR
from counterfoil.desk import lists
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import queries as payer_queries, search_queries
from counterfoil.payments import queries as payment_queries
from tests.factories.world import World

LISTS = ["accounts", "payers", "invoices", "payments", "undeposited", "access", "search"]
Count = Callable[[Client, str], int]


def path(world: World, name: str, *refs: str) -> str:
    return reverse(f"desk-{name}", args=[world.key, *refs])


def residents(world: World, count: int) -> None:
    for number in range(count):
        account_id, payer_id = world.add_resident(f"Resident {number:03}", f"r{number}@example.test")
        world.invoice(NewLine("Rent", 10_000), account_id=account_id, payer_id=payer_id)


def test_accounts_show_what_is_outstanding_by_the_one_sum(world: World, desk: Client) -> None:
    world.invoice(NewLine("Rent", 320_000))
    world.invoice(NewLine("Salon", 4_500))
    world.pay(world.bank(), [(world.invoice(NewLine("Care", 10_000)).public_id, 10_000)])
    answer = desk.get(path(world, "accounts"))
    [(account, outstanding)] = answer.context["rows"]
    assert (account.holder_name, outstanding) == ("Eleanor Whitfield", 324_500)
    assert "$3,245.00" in answer.content.decode()


@pytest.mark.parametrize(("typed", "found"), [("asa", 1), ("ÅSA", 1), ("lind", 1), ("nobody", 0), ("", 2)])
def test_accounts_are_found_by_a_part_of_the_name(world: World, desk: Client, typed: str, found: int) -> None:
    world.add_resident("Åsa Lindström")
    answer = desk.get(path(world, "accounts"), {"q": typed})
    assert len(answer.context["rows"]) == found
    assert ("Nothing found" in answer.content.decode()) == (found == 0)


def test_accounts_go_on_page_by_page_and_say_how_many(world: World, desk: Client) -> None:
    for number in range(60):
        world.add_resident(f"Resident {number:03}")
    seen: list[str] = []
    address = path(world, "accounts")
    while address:
        answer = desk.get(address)
        seen += [account.holder_name for account, _ in answer.context["rows"]]
        assert "of 61" in answer.context["foot"].text
        address = answer.context["foot"].next_url
    assert seen == sorted(seen)
    assert len(set(seen)) == 61


def test_invoices_are_filtered_and_the_filter_stays_in_the_address(world: World, desk: Client) -> None:
    late = world.invoice(NewLine("October", 10_000), due_in=-20)
    due = world.invoice(NewLine("November", 20_000), due_in=5)
    paid = world.invoice(NewLine("Salon", 4_500))
    world.pay(world.card(), [(paid.public_id, 4_500)])
    on_its_way = world.invoice(NewLine("September", 30_000), due_in=-40)
    world.pay(world.bank(), [(on_its_way.public_id, 30_000)])
    # The desk asks its clock; what is overdue is asked of the sandbox's day here.
    shown = {
        show: {line.row.number for line in desk.get(path(world, "invoices"), {"show": show}).context["lines"]}
        for show in ("open", "overdue", "paid", "all", "nonsense")
    }
    assert shown["open"] == {late.number, due.number, on_its_way.number}
    assert shown["nonsense"] == shown["open"]
    assert late.number in shown["overdue"]
    assert on_its_way.number not in shown["overdue"]
    assert shown["paid"] == {paid.number}
    assert shown["all"] == {late.number, due.number, paid.number, on_its_way.number}
    wanted = invoice_queries.Wanted(show="overdue", today=world.today)
    counted = invoice_queries.count_wanted(actor=world.staff, wanted=wanted, at_most=10)
    assert counted == 1


def test_counting_stops_where_nobody_reads_on(world: World, desk: Client) -> None:
    for _ in range(4):
        world.invoice(NewLine("Rent", 1_000))
    wanted = invoice_queries.Wanted()
    assert invoice_queries.count_wanted(actor=world.staff, wanted=wanted, at_most=2) == 3
    foot = lists.foot(RequestFactory().get("/x/"), shown=24, total=lists.MOST_COUNTED + 1, after="m")
    assert (foot.text, foot.next_url, foot.start_url) == (
        "Showing 24 of more than 10,000",
        "/x/?after=m",
        "",
    )


def test_payments_are_filtered_by_public_status(world: World, desk: Client) -> None:
    world.invoice()
    world.pay(world.card("4000000000009995"))
    world.pay(world.bank())
    shown = {
        show: [
            line.row.public_status
            for line in desk.get(path(world, "payments"), {"show": show}).context["lines"]
        ]
        for show in ("all", "pending", "declined", "paid")
    }
    assert shown == {
        "all": ["Pending", "Declined"],
        "pending": ["Pending"],
        "declined": ["Declined"],
        "paid": [],
    }


def test_lists_of_one_account(world: World, desk: Client) -> None:
    mine = world.invoice()
    account_id, payer_id = world.add_resident("Harold Alvarez")
    world.invoice(account_id=account_id, payer_id=payer_id)
    [account] = payer_queries.list_accounts_by_ids(actor=world.staff, account_ids=[world.account_id])
    answer = desk.get(path(world, "invoices"), {"account": account.public_id})
    assert [line.row.number for line in answer.context["lines"]] == [mine.number]
    assert "Only of the account of Eleanor Whitfield" in answer.content.decode()
    assert desk.get(path(world, "invoices"), {"account": "acc_nobody"}).status_code == 404


@pytest.mark.parametrize("few", [0, 500], ids=["many accounts fit", "few accounts fit"])
def test_search_finds_accounts_payers_invoices_and_payments(
    world: World, desk: Client, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_queries, "FEW", few)
    invoice = world.invoice()
    payment = world.pay(world.card())
    by_name = desk.get(path(world, "search"), {"q": "whitf"})
    assert [len(by_name.context[kind]) for kind in ("accounts", "payers", "invoices", "payments")] == [1] * 4
    for number, kind in ((invoice.number, "invoices"), (payment.number.lower(), "payments")):
        assert len(desk.get(path(world, "search"), {"q": number}).context[kind]) == 1
    account = by_name.context["accounts"][0].number.lower()
    of_account = desk.get(path(world, "search"), {"q": account})
    assert [len(of_account.context[kind]) for kind in ("accounts", "invoices", "payments")] == [1] * 3
    assert "Nothing found" in desk.get(path(world, "search"), {"q": "zzz"}).content.decode()
    assert "What are you looking for?" in desk.get(path(world, "search")).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_database_as_often_for_fifty_rows_as_for_five(
    world: World, desk: Client, queries_of: Count, name: str
) -> None:
    method = world.card()
    residents(world, 4)
    world.pay(method, [(world.invoice().public_id, 1_000)])
    few = queries_of(desk, path(world, name) + "?q=e")
    residents(world, 46)
    for _ in range(4):
        world.pay(method, [(world.invoice().public_id, 1_000)])
    assert queries_of(desk, path(world, name) + "?q=e") == few


def test_searches_are_answered_by_indexes(world: World) -> None:
    """Without them a search reads every invoice there is: seconds, at a million."""
    invoices = invoice_queries.Wanted(search="INV-000")
    payments = payment_queries.Wanted(search="4RX")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        for found, index in (
            (invoice_queries.list_wanted, "invoice_number_begins"),
            (payment_queries.list_wanted, "payment_number_begins"),
        ):
            wanted = invoices if index.startswith("invoice") else payments
            with CaptureQueriesContext(connection) as captured:
                found(actor=OPERATOR, wanted=wanted)  # type: ignore[operator]
            cursor.execute("EXPLAIN " + captured.captured_queries[-1]["sql"])
            assert index in str(cursor.fetchall())


NONSENSE = [
    "?after=garbage",
    "?after=2026-01-01.99999999999999999999999",
    "?after=9999999999999999999.1",
    "?after=nan.1",
    "?after=-1e300.5",
    "?after=" + "A" * 9_000,
    "?after=MTphAGI",  # an account's place with a NUL in its name
    "?after=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OmE",  # and one with a number no row can have
    "?q=" + "x" * 20_000,
    "?q=%00",
    "?q=%25_%27%22%3Cscript%3E",
    "?q=%ED%A0%80",
    "?show=%00&q=%F0%9F%92%B8",
    "?account=%00",
    "?account=" + "z" * 5_000,
]


@pytest.mark.parametrize("name", LISTS)
def test_nonsense_in_an_address_is_no_error(world: World, desk: Client, name: str) -> None:
    world.invoice()
    for query in NONSENSE:
        answer = desk.get(path(world, name) + query)
        expected = 404 if query.startswith("?account=z") and name in {"invoices", "payments"} else 200
        assert (query[:40], answer.status_code) == (query[:40], expected)
        assert "<script>" not in answer.content.decode().replace('<script type="module"', "")


@pytest.mark.parametrize("name", ["account", "payer", "payer-edit", "invoice", "payment", "invite"])
@pytest.mark.parametrize("ref", ["x", "inv_1", "a" * 300, "..."])
def test_a_wrong_id_is_not_found(world: World, desk: Client, name: str, ref: str) -> None:
    address = path(world, name, "REF").replace("REF", ref)
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_why(world: World, desk: Client, name: str) -> None:
    page = desk.get(path(world, name)).content.decode()
    if name in {"invoices", "payments", "undeposited"}:
        assert "empty-title" in page


def test_a_fee_stands_beside_the_amount_that_is_paid(world: World, desk: Client) -> None:
    world.set_payments(card_fee_minor=295)
    world.invoice(NewLine("Podiatry", 10_000))
    payment = world.pay(world.card())
    page = desk.get(path(world, "payment", payment.public_id)).content.decode()
    assert "$102.95" in page
    assert "$2.95 of it is the fee." in page
    waiting = desk.get(path(world, "undeposited")).content.decode()
    assert 'data-label="Amount" class="end num">$100.00<' in waiting
    assert 'data-label="Fee" class="end num">$2.95<' in waiting
